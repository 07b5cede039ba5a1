#!/usr/bin/env python3
"""ctool ld where a compiler calls its linker: linker.py --ctool PATH [NAME...]; each function below named t_NAME is one case.

Exit status 0, 1, or 77 when clang-19, wasm-ld-19 or wasi-libc cannot be had.
"""
import argparse, os, re, shutil, signal, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
from cases import check, run_cases

LIBRARIES = '/usr/lib/wasm32-wasi'
HELLO = '#include <stdio.h>\nint main(int argc, char **argv) { printf("hello, %d\\n", argc); return 0; }\n'
NAMED = '''#include <stdint.h>
__attribute__((import_module("demo:host/log"), import_name("say"))) void say(const char *text, uint32_t size);
__attribute__((export_name("run"))) void run(void) { say("hi", 2); }
'''
WIT = 'package demo:host;\ninterface log { say: func(text: string); }\nworld app { import log; export run: func(); }\nworld other {}\n'


class Place:
    """A folder with ctool under the names that compilers call."""
    def __init__(self, ctool, folder):
        self.ctool, self.folder = ctool, folder
        self.linker = os.path.join(folder, 'bin', 'wasm-component-ld')
        os.makedirs(os.path.dirname(self.linker))
        os.symlink(ctool, self.linker)
        self.write('hello.c', HELLO)
        self.call('clang-19', '--target=wasm32-wasi', '-O1', '-c', 'hello.c', '-o', 'hello.o')
        out = self.call('clang-19', '--target=wasm32-wasi', 'hello.o', '-o', 'x', '-###').stderr
        self.builtins = re.search(r'"([^"]*libclang_rt.builtins[^"]*)"', out).group(1)
        self.objects = ['-L' + LIBRARIES, LIBRARIES + '/crt1-command.o', 'hello.o', '-lc', self.builtins]

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f: f.write(text)

    def read(self, name):
        with open(os.path.join(self.folder, name), 'rb') as f: return f.read()

    def names(self): return sorted(n for n in os.listdir(self.folder) if n != 'bin')

    def call(self, *words, good=True, env=None):
        r = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, env={**os.environ, **(env or {})})
        if good and r.returncode: raise AssertionError('%s: %s%s' % (' '.join(words), r.stdout, r.stderr))
        return r

    def ld(self, *words, **options): return self.call(self.linker, *words, **options)


def is_component(data): return data[:8] == b'\0asm\x0d\0\1\0'
def is_module(data): return data[:8] == b'\0asm\1\0\0\0'


def t_by_fuse_ld(p):
    p.call('clang-19', '--target=wasm32-wasi', '-fuse-ld=' + p.linker, 'hello.o', '-o', 'a.wasm')
    check(is_component(p.read('a.wasm')))
    check('export wasi:cli/run' in p.call(p.ctool, 'component', 'wit', 'a.wasm').stdout)


def t_by_path_and_by_B(p):
    """A wasip2 triple makes clang call wasm-component-ld, with --wasm-ld-path; libraries of wasip1 stand in for a sysroot."""
    rest = ['--target=wasm32-wasip2', '-nostdlib', '-nostartfiles', *p.objects]
    p.call('clang-19', *rest, '-o', 'a.wasm', env={'PATH': os.path.dirname(p.linker) + ':' + os.environ['PATH']})
    p.call('clang-19', *rest, '-B' + os.path.dirname(p.linker), '-o', 'b.wasm')
    check(is_component(p.read('a.wasm')) and is_component(p.read('b.wasm')))


def t_as_rustc_calls_it(p):
    """The order and the spellings of rustc's wasm32-wasip2 target."""
    p.ld('-flavor', 'wasm', '--rsp-quoting=posix', '--export', '__original_main', '-z', 'stack-size=1048576', '--stack-first', '--allow-undefined', '--no-demangle', *p.objects[1:-1],
         '-L', LIBRARIES, p.builtins, '--gc-sections', '-o', 'a.wasm', '-O', '1', '--strip-debug')
    check(is_component(p.read('a.wasm')))


def t_by_name_and_by_command(p):
    p.ld(*p.objects, '-o', 'a.wasm')
    p.call(p.ctool, 'ld', *p.objects, '-o', 'b/a.wasm', good=False)
    os.mkdir(os.path.join(p.folder, 'b'))
    p.call(p.ctool, 'ld', *p.objects, '-o', 'b/a.wasm')
    check(p.read('a.wasm') == p.read('b/a.wasm'), 'the scratch directory shows in the output')


def t_output_in_every_form(p):
    for form in (['-o', 'a'], ['-oa'], ['--output', 'a'], ['--output=a']):
        p.ld(*p.objects, *form)
        check(is_component(p.read('a')))
        os.unlink(os.path.join(p.folder, 'a'))


def t_core_modules_stay(p):
    p.ld(*p.objects, '--skip-wit-component', '-o', 'a.wasm')
    p.call('clang-19', '--target=wasm32-wasi', '-fPIC', '-c', 'hello.c', '-o', 'pic.o')
    p.ld('-shared', '--experimental-pic', '--unresolved-symbols=import-dynamic', 'pic.o', '-o', 'b.wasm')
    p.ld('-r', 'hello.o', '-o', 'c.o')
    check(all(is_module(p.read(n)) for n in ('a.wasm', 'b.wasm', 'c.o')))


def t_response_files(p):
    p.write('a b.rsp', '-o "a \\"b\\".wasm"\n@more.rsp')
    p.write('more.rsp', '\n'.join("'%s'" % o for o in p.objects))
    p.ld('@a b.rsp')
    check(is_component(p.read('a "b".wasm')))
    p.write('self.rsp', '@self.rsp')
    check('name itself' in p.ld('@self.rsp', good=False).stderr)
    check('none.rsp' in p.ld('@none.rsp', '-o', 'x', good=False).stderr)


def t_long_command_line(p):
    p.ld(*p.objects, *['--export-if-defined=nothing_%d' % i for i in range(20000)], '-o', 'a.wasm')
    check(is_component(p.read('a.wasm')))


def t_flags_of_the_environment(p):
    p.ld(*p.objects, '-o', 'a.wasm')
    p.ld(*p.objects, '-o', 'b.wasm', env={'CTOOL_LD_FLAGS': "--strip --optimize"})
    check(is_component(p.read('b.wasm')) and len(p.read('b.wasm')) < len(p.read('a.wasm')))


def t_through_the_compiler(p):
    p.call('clang-19', '--target=wasm32-wasi', '-fuse-ld=' + p.linker, '-Wl,--optimize', '-Wl,--strip', '-Wl,--dep-file,a.d', 'hello.o', '-o', 'a.wasm')
    check(len(p.read('a.wasm')) < 40000)
    check(p.read('a.d').startswith(b'a.wasm: '))


def t_world(p):
    p.write('named.c', NAMED)
    p.write('wit/world.wit', WIT)
    p.call('clang-19', '--target=wasm32-wasi', '-c', 'named.c', '-o', 'named.o')
    p.ld('--no-entry', 'named.o', '--wit', 'wit', '--world', 'app', '--dep-file', 'a.d', '-o', 'a.wasm')
    check('import demo:host/log' in p.call(p.ctool, 'component', 'wit', 'a.wasm').stdout)
    check(set(p.read('a.d').decode().split()) == {'a.wasm:', '\\', 'named.o', 'wit/world.wit', 'named.o:', 'wit/world.wit:'}, p.read('a.d').decode())
    r = p.ld('--no-entry', 'named.o', '--wit', 'wit', '-o', 'b.wasm', good=False)
    check(r.returncode == 1 and 'other' in r.stderr and 'b.wasm' not in p.names())


def t_why_size(p):
    r = p.ld(*p.objects, '--why-size', '-o', 'a.wasm')
    check(r.stderr == p.call(p.ctool, 'size', 'a.wasm').stdout and 'main' in r.stderr and not r.stdout, r.stderr)
    r = p.call('clang-19', '--target=wasm32-wasi', '-fuse-ld=' + p.linker, 'hello.o', '-o', 'b.wasm', env={'CTOOL_LD_FLAGS': '--why-size --optimize --strip'})
    check(r.stderr == p.call(p.ctool, 'size', 'b.wasm').stdout and p.read('b.wasm') != p.read('a.wasm'))
    check(not p.ld('none.o', '--why-size', '-o', 'c.wasm', good=False).stderr.startswith('total'))


def t_whose_symbols(p):
    """What the world does not offer is told with the object file, or the archive's member, that wants it: of two members the one that was linked."""
    p.write('wit/world.wit', WIT)
    p.write('named.c', NAMED + 'void helper(void);\nvoid call(void) { helper(); }\n__attribute__((export_name("also"))) void also(void) { helper(); }\n')
    p.write('helper.c', 'int missing(int); int never(int);\nvoid helper(void) { missing(1); }\n')
    p.write('unused.c', 'int missing(int);\nvoid unused(void) { missing(2); }\n')
    for name in ('named', 'helper', 'unused'): p.call('clang-19', '--target=wasm32-wasi', '-O1', '-c', name + '.c', '-o', name + '_with_a_long_name.o')
    os.makedirs(os.path.join(p.folder, 'lib'), exist_ok=True)
    p.call('llvm-ar-19', 'rc', 'lib/libhelp.a', 'unused_with_a_long_name.o', 'helper_with_a_long_name.o')
    words = ['--no-entry', '--allow-undefined', 'named_with_a_long_name.o', '--wit', 'wit', '-o', 'a.wasm', '--world']
    r = p.ld('-Llib', '-lhelp', *words, 'app', good=False)
    check(r.returncode == 1 and '"env" "missing" (function (i32) -> i32) of lib/libhelp.a(helper_with_a_long_name.o) is a symbol' in r.stderr, r.stderr)
    r = p.ld('lib/libhelp.a', *words, 'other', good=False)
    check('core import "demo:host/log" "say" (function (i32, i32) -> ()) of named_with_a_long_name.o is provided by nothing' in r.stderr and 'libhelp.a(helper' in r.stderr, r.stderr)
    r = p.ld('unused_with_a_long_name.o', 'helper_with_a_long_name.o', *words, 'app', good=False)
    check(') of unused_with_a_long_name.o is a symbol' in r.stderr, r.stderr)
    p.write('wit/world.wit', WIT.replace('run: func()', 'run: func(x: u32) -> u32'))
    r = p.ld('lib/libhelp.a', *words, 'app', good=False)
    check('core export "run" of named_with_a_long_name.o is ' in r.stderr and p.names().count('a.wasm') == 0, r.stderr)


def t_failures(p):
    p.write('a.wasm', 'old')
    r = p.ld('none.o', '-o', 'a.wasm', good=False)
    check(r.returncode == 1 and 'none.o' in r.stderr and p.read('a.wasm') == b'old')
    r = p.ld('hello.o', '-o', 'a.wasm', good=False, env={'PATH': p.folder})
    check(r.returncode == 1 and 'lld-19' in r.stderr and p.folder in r.stderr)
    check(p.ld('hello.o', good=False).returncode == 2)
    check(p.ld(*p.objects, '-o', 'none/a.wasm', good=False).returncode == 1)
    check(p.read('a.wasm') == b'old' and p.names() == ['a.wasm', 'hello.c', 'hello.o'], p.names())


def t_exit_status_of_the_linker(p):
    p.write('slow', '#!/bin/sh\nexit 7\n')
    os.chmod(os.path.join(p.folder, 'slow'), 0o755)
    check(p.ld('hello.o', '--wasm-ld-path', './slow', '-o', 'a.wasm', good=False).returncode == 7)


def t_interrupted(p):
    p.write('slow', '#!/bin/sh\ntouch started\nfor last; do :; done\n: > "$last"\nexec sleep 30\n')
    os.chmod(os.path.join(p.folder, 'slow'), 0o755)
    for number in (signal.SIGINT, signal.SIGTERM):
        child = subprocess.Popen([p.linker, 'hello.o', '--wasm-ld-path', './slow', '-o', 'a.wasm'], cwd=p.folder)
        while 'started' not in p.names(): time.sleep(0.01)
        check(any(n.startswith('.a.wasm.') for n in p.names()))
        child.send_signal(number)
        check(child.wait(10) == -number)
        os.unlink(os.path.join(p.folder, 'started'))
        check(p.names() == ['hello.c', 'hello.o', 'slow'], p.names())


def t_two_at_once(p):
    calls = [subprocess.Popen([p.linker, *p.objects, '-o', 'a.wasm'], cwd=p.folder) for _ in range(8)]
    check([c.wait() for c in calls] == [0] * 8)
    check(is_component(p.read('a.wasm')) and p.names() == ['a.wasm', 'hello.c', 'hello.o'])


def t_versions_are_asked(p):
    check(re.match(r'wasm-component-ld \d+\.\d+\.\d+ \(ctool ', p.ld('--version').stdout))
    check('--skip-wit-component' in p.ld('--help').stdout)


def t_table_of_values(p):
    """tools/linker_values.def is what the linker that is installed says: an option that takes the next argument swallows --version."""
    with open(os.path.join(HERE, '..', '..', 'tools', 'linker_values.def')) as f: table = set(re.findall(r'^LINKER_VALUE\("([^"]+)"\)', f.read(), re.M))
    names = set(re.findall(r'^  --?([A-Za-z][\w-]*)', p.call('wasm-ld-19', '--help').stdout, re.M)) | table
    takes = {n for n in names - {'help', 'version', 'v'} if 'LLD' not in p.call('wasm-ld-19', ('-' if len(n) == 1 else '--') + n, '--version', good=False).stdout}
    takes = {n for n in takes if 'unknown argument' not in p.call('wasm-ld-19', ('-' if len(n) == 1 else '--') + n, 'x', good=False).stderr}
    check(takes == table, 'more: %s; less: %s' % (takes - table, table - takes))


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--ctool', required=True)
    a.add_argument('names', nargs='*')
    a = a.parse_args()
    if not all(shutil.which(n) for n in ('clang-19', 'wasm-ld-19')) or not os.path.isdir(LIBRARIES):
        print('linker: skipped: no clang-19, wasm-ld-19 or wasi-libc')
        return 77
    return run_cases(globals(), a.names, lambda case, folder: case(Place(os.path.abspath(a.ctool), folder)))


sys.exit(main())
