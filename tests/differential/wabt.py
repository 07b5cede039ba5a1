#!/usr/bin/env python3
"""What ctool does by the names of wabt's tools, beside those tools: wabt.py --ctool PATH [MODULE...]. Exit 77 where they are not installed.

wasm-objdump: every line of -h, -x, -d, -dr, -s is the same, but for those where wabt 1.0.32 shows what is not there (FAULTS). wat2wasm of what
wasm2wat prints: the same bytes; wasm-strip: the same sections (wabt writes their sizes anew). wasm-validate: what wabt holds valid is valid. Without MODULE: the guests beside the project, objects and a shared library by clang.
"""
import argparse, glob, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
from framing import frames

WAYS = (['-h'], ['-x'], ['-d'], ['-dr'], ['-s'], ['-d', '--section-offsets'])
FAULTS = [re.compile(p) for p in (
    r'\| local\[',                      # numbers of locals are counted from the parameters of another function
    r'ref\.func|return_call',           # without the function's name
    r'init (global|i32|i64|f32|f64)=.*', # of references and vectors: what the constant before was
    r'^  - [0-9a-f]{7}: ',              # passive segments go on at the offset of the segment before
    r'- R_WASM_.*\(file=',              # of custom sections: offsets in the file
)]
SOURCE = {'a.c': 'extern int bar(int); extern int k; static int q[4] = {1, 2}; int foo(int x) { return bar(x) + k + q[x]; }\n'
                 '__attribute__((export_name("out"))) void xx(void) {}\nint (*volatile table[])(int) = {foo, bar};\n',
          'b.cc': 'struct A { int x; A(); ~A(); }; A a; inline int h() { static int z; return ++z; } template <class T> T tt(T x) { return x + h(); }\n'
                  'int user() { return tt(4); } thread_local int tl; double d(double x, const char *s) { return x * 1.1 + s[1] + "text"[(int)x]; }\n'}


DEEP = re.compile(' {500,}')           # further in, lines are indented no more


def content(path):
    with open(path, 'rb') as f: return f.read()


def sections(path): return [(kind, payload) for kind, payload, _ in frames(content(path))]


def run(*words): return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Pair:
    def __init__(self, ctool, folder):
        self.folder = folder
        self.names = ('wasm-objdump', 'wasm-strip', 'wasm-validate', 'wasm2wat', 'wat2wasm')
        for name in self.names: os.symlink(ctool, os.path.join(folder, name))
        self.failures, self.compared = [], 0

    def both(self, name, *words): return run(name, *words), run(os.path.join(self.folder, name), *words)

    def check(self, good, what):
        self.compared += 1
        if not good: self.failures.append(what)

    def lines(self, module, words):
        theirs, ours = self.both('wasm-objdump', *words, module)
        if theirs.returncode: return
        a, b = (DEEP.sub('', r.stdout.decode('utf-8', 'replace')).split('\n') for r in (theirs, ours))
        wrong = [(x, y) for x, y in zip(a, b) if x != y and not any(f.search(x) for f in FAULTS)]
        self.check(len(a) == len(b) and not wrong, '%s %s: %d and %d lines; %s' % (module, ' '.join(words), len(a), len(b), wrong[:2]))

    def same(self, what, name, words, module, read):
        out = [os.path.join(self.folder, x) for x in ('theirs', 'ours')]
        for path in out:
            if os.path.exists(path): os.remove(path)
        theirs = run(name, *words, module, '-o', out[0])
        if theirs.returncode: return
        ours = run(os.path.join(self.folder, name), *words, module, '-o', out[1])
        self.check(not ours.returncode and read(out[0]) == read(out[1]), '%s of %s: %s' % (name, what, ours.stderr.decode()[:300]))

    def module(self, module):
        for words in WAYS: self.lines(module, words)
        self.same(module, 'wasm-strip', [], module, sections)
        theirs, ours = self.both('wasm-validate', '--enable-all', module)
        if not theirs.returncode: self.check(not ours.returncode, '%s: %s' % (module, ours.stderr.decode()[:300]))
        text = os.path.join(self.folder, 'it.wat')
        if not run('wasm2wat', '--enable-all', module, '-o', text).returncode: self.same(module, 'wat2wasm', ['--enable-all'], text, content)


def objects(folder):
    """Made by clang, where it is installed."""
    clang, lld = shutil.which('clang-19') or shutil.which('clang'), shutil.which('wasm-ld-19') or shutil.which('wasm-ld')
    made = []
    if not clang or not lld: return made
    for name, text in SOURCE.items():
        source, out = os.path.join(folder, name), os.path.join(folder, name + '.o')
        with open(source, 'w') as f: f.write(text)
        if not run(clang, '--target=wasm32', '-O1', '-g', '-c', source, '-o', out).returncode: made.append(out)
    pic, shared = os.path.join(folder, 'pic.o'), os.path.join(folder, 'pic.so')
    run(clang, '--target=wasm32', '-fPIC', '-O1', '-c', os.path.join(folder, 'a.c'), '-o', pic)
    if not run(lld, '--experimental-pic', '-shared', '--unresolved-symbols=import-dynamic', '--export-all', pic, '-o', shared).returncode: made.append(shared)
    return made


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--ctool', required=True)
    a.add_argument('modules', nargs='*')
    a = a.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(os.path.abspath(a.ctool), folder)
        lacking = [name for name in pair.names if not shutil.which(name)]
        if lacking:
            print('skipped: not installed: %s (Debian: wabt)' % ' '.join(lacking))
            sys.exit(77)
        modules = a.modules or glob.glob(os.path.join(HERE, '..', '..', '..', 'shared', 'guests', '*.wasm')) + objects(folder)
        for module in modules: pair.module(module)
    print('%d modules, %d comparisons, %d differ' % (len(modules), pair.compared, len(pair.failures)))
    for failure in pair.failures: print(failure)
    sys.exit(bool(pair.failures) or not pair.compared)


main()
