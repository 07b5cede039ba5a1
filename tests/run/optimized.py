#!/usr/bin/env python3
"""Real programs give the same before and after `ctool optimize`, or another command: optimized.py --ctool PATH [--by "optimize OPTION..."] [NAME ...]

SQLite (by clang and by zig) makes a database, avr-as assembles, boolector finds a model, QuickJS runs a script, and tests of Go's own library run in each form:
what they print, how they end and the files that they write are compared. In wasmtime, by its Python package. A program that cannot be had is told and left
out; exit 77 when none can.
"""
import argparse, hashlib, os, re, shlex, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '../bench'))
import fetch
import optimize as bench
import run

ASSEMBLY = '.text\n.global main\nmain:\n ldi r16, 10\nloop: dec r16\n brne loop\n rcall f\n ret\nf: add r1,r2\n adc r3,r4\n sts 0x100, r16\n .word 0x1234, 99\n.macro m a,b\n ldi \\a,\\b\n.endm\n m r17,5\n.data\nx: .ascii "hello"\n'
FORMULA = '''(set-logic QF_BV)\n(declare-fun x () (_ BitVec 32))\n(declare-fun y () (_ BitVec 32))\n(assert (= (bvmul x y) #x0000ABCD))\n(assert (bvugt x #x00000010))
(assert (bvugt y #x00000010))\n(assert (= (bvurem x #x00000007) #x00000003))\n(check-sat)\n(get-model)\n'''
SCRIPT = r'''let a = [...Array(300).keys()].map(i => ({i, s: 'n' + i * 7919 % 1000, d: Math.sin(i)})); a.sort((x, y) => x.s < y.s ? -1 : x.s > y.s ? 1 : x.i - y.i);
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } const big = 3n ** 200n; try { null.x } catch (e) { print(e.message) }
print(JSON.stringify(a.slice(0, 20)), fib(18), big, /(\d+)-(?<w>\w+)/.exec('12-ab 34-cd').groups.w, new Date(0).toISOString(), [..."h\u00e9llo"].reverse().join(''), a.reduce((t, x) => t + x.d, 0));'''


def go_test(package):
    def make(out):
        env = fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GOTOOLCHAIN='local')
        fetch.run([fetch.go(), 'test', '-c', '-o', out, package], env=env)
    return make


# name: (how the module is had, arguments, files that are there)
COMMANDS = {
    'sqlite-clang': (bench.MODULES['sqlite-clang'], ['/d/new.db', '3000'], {}),
    'sqlite-zig': (bench.MODULES['sqlite-zig'], ['/d/new.db', '3000'], {}),
    'avr-as': (bench.MODULES['avr-as'], ['-mmcu=avr5', '-o', '/d/out.o', '/d/t.s'], {'t.s': ASSEMBLY}),
    'boolector': (bench.MODULES['boolector'], ['-m', '/d/t.smt2'], {'t.smt2': FORMULA}),
    'go-hello': (bench.MODULES['go-hello'], [], {}),
    'go-encoding-json': (go_test('encoding/json'), ['-test.short', '-test.v'], {}),
    'go-os': (go_test('os'), ['-test.short', '-test.v'], {}),
    'quickjs': (bench.MODULES['quickjs'], ['-e', SCRIPT], {}),
}


def start(wasmtime, path, arguments, folder):
    """The module in wasmtime, its streams in files beside `folder`."""
    config = wasmtime.Config()
    config.max_wasm_stack = 2 << 20  # as large as the package lets it be
    store, wasi = wasmtime.Store(wasmtime.Engine(config)), wasmtime.WasiConfig()
    wasi.argv, wasi.env = ['program', *arguments], [('TMPDIR', '/d'), ('PWD', '/d')]
    wasi.stdout_file, wasi.stderr_file = folder + '.out', folder + '.err'
    wasi.preopen_dir(folder, '/d')
    store.set_wasi(wasi)
    linker = wasmtime.Linker(store.engine)
    linker.define_wasi()
    return store, linker.instantiate(store, wasmtime.Module.from_file(store.engine, path)).exports(store)


def run_script(store, exports, arguments):
    """The reactor takes the arguments of a command in its memory."""
    exports['_initialize'](store)
    pointers = []
    for word in ['qjs', *arguments]:
        data = word.encode() + b'\0'
        pointers.append(exports['malloc'](store, len(data)))
        exports['memory'].write(store, data, pointers[-1])
    table = exports['malloc'](store, 4 * len(pointers) + 4)
    exports['memory'].write(store, b''.join(p.to_bytes(4, 'little') for p in pointers) + bytes(4), table)
    return exports['qjs_init_argv'](store, len(pointers), table)


def outcome(path, arguments, files, work):
    """What is seen of a run: streams, end, files. Times differ from run to run."""
    import wasmtime
    folder = os.path.join(work, 'd')
    os.mkdir(folder)
    for name, text in files.items(): open(os.path.join(folder, name), 'w').write(text)
    try:
        store, exports = start(wasmtime, path, arguments, folder)
        end = str(exports['_start'](store)) if '_start' in exports else str(run_script(store, exports, arguments))
    except wasmtime.ExitTrap as e: end = 'exit %d' % e.code
    except wasmtime.Trap as e: end = 'trap'
    text = ''.join(open(folder + stream, errors='replace').read() for stream in ('.out', '.err'))
    text = re.sub(r'\(?\d+(\.\d+)?(ns|\u00b5s|ms|s)\)?|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d|0x[0-9a-f]+|\d{6,}', 'T', text)
    digests = {name: hashlib.sha1(open(os.path.join(folder, name), 'rb').read()).hexdigest() for name in sorted(os.listdir(folder)) if os.path.isfile(os.path.join(folder, name))}
    return end, text, digests


def check(name, a, cache):
    make, arguments, files = COMMANDS[name]
    before, after = os.path.join(cache, name + '.wasm'), os.path.join(cache, name + '.o.wasm')
    if not os.path.exists(before): make(before)
    subprocess.run([a.ctool, *shlex.split(a.by), before, '-o', after], check=True)
    seen = []
    for path in (before, after):
        with tempfile.TemporaryDirectory() as work: seen.append(outcome(path, arguments, files, work))
    same = seen[0] == seen[1]
    print('%-18s %s: %s, %d lines, %d files; %d -> %d bytes' % (name, 'same' if same else 'DIFFERS', seen[0][0], seen[0][1].count('\n'), len(seen[0][2]), os.path.getsize(before), os.path.getsize(after)), flush=True)
    if not same:
        lines = [list(x[1].splitlines()) for x in seen]
        print('  ends', seen[0][0], seen[1][0], [pair for pair in zip(*lines) if pair[0] != pair[1]][:5], seen[0][2], seen[1][2])
    return same


def main():
    run.with_runtime()
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--by', default='optimize')
    p.add_argument('names', nargs='*')
    a = p.parse_args()
    a.ctool = os.path.abspath(a.ctool)
    try: import wasmtime
    except ImportError: return print('skipped: no Python package wasmtime') or 77
    done, bad = 0, 0
    with tempfile.TemporaryDirectory() as cache:
        for name in a.names or COMMANDS:
            try: bad += not check(name, a, cache)
            except fetch.Skip as e:
                print('%-18s skipped: %s' % (name, e))
                continue
            done += 1
    return 1 if bad else 0 if done else 77


if __name__ == '__main__':
    sys.exit(main())
