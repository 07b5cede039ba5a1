#!/usr/bin/env python3
"""ctool's own preview1 adapter beside the reference's, in one run: adapter.py --ctool PATH [--markdown] [--only WORD] [sizes] [speed] [differences]

sizes: what the adapter adds to a module (component minus core, both after `strip -a`), by itself and with --fuse-adapter, and what the component imports
       (interfaces, functions).
speed: CPU and wall-clock of three programs in the command wasmtime (on PATH, or named by WASMTIME), compiled beforehand, run alternately; medians, and their
       ratio, ours over theirs.
differences: tests/run/adapter/differences.txt as a table.
Both components are made by ctool, which gives the same bytes as wasm-tools for the reference's adapter (tests/run compares them). A module whose compiler or
package cannot be had is left out and said so.
"""
import argparse, json, os, shutil, statistics, sys, tempfile, tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../run'))
import cost, fetch
import run as programs

# name -> (case of run/cases.toml or a case like those, the reference's adapter)
MODULES = {
    'hello (C, printf alone)': ({'text': '#include <stdio.h>\nint main(void) { printf("hello, %d\\n", 42); }\n', 'toolchain': 'wasi-sdk', 'flags': ['-Oz']}, 'command'),
    'C command': ('command-plain', 'command'),
    'C++ command': ('cpp-wasi-sdk', 'command'),
    'C library': ('library-wasi-sdk', 'reactor'),
    'C http': ('http-Oz', 'reactor'),
    'Go command': ('go', 'command'),
    'SQLite (zig)': ('sqlite-zig', 'command'),
    'avr-as': ('avr-as', 'command'),
    'boolector': ('boolector', 'command'),
    'QuickJS': ('quickjs', 'reactor'),
}


def module(case, cases, d):
    if isinstance(case, str): return cases[case], programs.core_module(cases[case], d)
    source = d + '/main.c'
    with open(source, 'w') as f: f.write(case['text'])
    case = dict(case, source=source)
    return case, programs.core_module(case, d)


def ctool(o, *arguments): return programs.call([o.ctool, *arguments])


def component(o, core, case, out, adapter=None, flags=()):
    wit = ['--wit', os.path.join(HERE, '../run', case['wit'])] if 'wit' in case else []
    adapt = ['--adapt', 'wasi_snapshot_preview1=' + adapter] if adapter else [*o.flags, *flags]
    ctool(o, 'component', 'new', core, *wit, *adapt, '-o', out)
    return out


def stripped(o, path):
    ctool(o, 'strip', '-a', path, '-o', path + '.stripped')
    return os.path.getsize(path + '.stripped')


def imported(o, path):
    """Interfaces and functions that a component imports."""
    wit = json.loads(ctool(o, 'component', 'wit', '--json', path))
    interfaces = [item['interface']['id'] for world in wit['worlds'] for item in world['imports'].values() if 'interface' in item]
    return len(interfaces), sum(len(wit['interfaces'][i]['functions']) for i in interfaces)


def lines(o, names, rows):
    """A table: of Markdown, or in columns."""
    if o.markdown:
        print('| ' + ' | '.join(names) + ' |\n|' + '---|' * len(names))
        for row in rows: print('| ' + ' | '.join(row) + ' |', flush=True)
    else:
        print(('%-26s' + '%22s' * (len(names) - 1)) % tuple(names))
        for row in rows: print(('%-26s' + '%22s' * (len(names) - 1)) % tuple(row), flush=True)


def sizes(o, d):
    with open(os.path.join(HERE, '../run/cases.toml'), 'rb') as f: cases = tomllib.load(f)
    def rows():
        for name, (case, kind) in MODULES.items():
            if o.only and o.only not in name: continue
            work = tempfile.mkdtemp(dir=d)
            try: case, core = module(case, cases, work)
            except fetch.Skip as e:
                print('%s: skipped: %s' % (name, e), file=sys.stderr)
                continue
            before = stripped(o, core)
            made = component(o, core, case, work + '/ours.wasm'), component(o, core, case, work + '/theirs.wasm', fetch.adapter(kind))
            fused = stripped(o, component(o, core, case, work + '/fused.wasm', flags=['--fuse-adapter'])) - before
            ours, theirs = (stripped(o, path) - before for path in made)
            counts = ['%d, %d' % imported(o, path) for path in made]
            yield [name, '{:,}'.format(before), '{:,}'.format(ours), '{:,}'.format(fused), '{:,}'.format(theirs), '%.2f' % (ours / theirs), *counts]
    lines(o, ['module', 'core', 'ours', '--fuse-adapter', "reference's", 'ratio', 'imports', "reference's"], rows())


JOBS = [('100 MB to a file, 64 KB each', 'write', 1600), ('100 MB to stdout, 64 KB each', 'print', 1600), ('100,000 directory entries', 'list', 100000), ('10 million clock_time_get', 'clock', 10000000)]


def speed(o, d):
    wasmtime = programs.wasmtime_command()
    if not wasmtime: raise fetch.Skip('no command wasmtime')
    cost.prepare(d)
    core, case = d + '/preview1.wasm', {}
    argv, env = fetch.COMPILERS['wasi-sdk']('c')
    programs.call([*argv, '-O2', HERE + '/preview1.c', '-o', core], env=env)
    made = [component(o, core, case, d + '/ours.wasm'), component(o, core, case, d + '/theirs.wasm', fetch.adapter('command'))]
    for path in made: programs.call([wasmtime, 'compile', path, '-o', path + '.cwasm'])
    os.makedirs(d + '/data/many')
    for i in range(100000): open(d + '/data/many/entry-%d' % i, 'w').close()
    def once(path, job, count):
        command = [wasmtime, 'run', '--allow-precompiled', '--dir', d + '/data::data', path + '.cwasm', job, str(count)]
        figures = cost.once(command)
        if not figures: raise programs.Failure('%s: fails' % ' '.join(command))
        return figures[:2]
    def rows():
        for name, job, count in JOBS:
            found = [[], []]
            for turn in range(o.runs):
                for k in ((0, 1), (1, 0))[turn % 2]: found[k].append(once(made[k], job, count))  # neither always runs first
            ours, theirs = ([statistics.median(column) for column in zip(*list_)] for list_ in found)
            yield [name, '%.0f, %.0f' % tuple(ours), '%.0f, %.0f' % tuple(theirs), '%.2f, %.2f' % tuple(a / b for a, b in zip(ours, theirs))]
    lines(o, ['program', 'ours: cpu, wall ms', "reference's", 'ratios'], rows())


def differences(o, d):
    with open(os.path.join(HERE, '../run/adapter/differences.txt')) as f: found = [line.strip().split(': ', 1) for line in f if line.strip() and line[0] != '#']
    lines(o, ['test of tests/run/adapter', "the reference's adapter; ctool's"], found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--markdown', action='store_true')
    parser.add_argument('--only', default='')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--flags', default='', help='of component new, for our side')
    parser.add_argument('what', nargs='*', default=['sizes', 'speed'])
    o = parser.parse_args()
    o.ctool, o.flags = os.path.abspath(o.ctool), o.flags.split()
    with tempfile.TemporaryDirectory() as d:
        for what in o.what:
            try: {'sizes': sizes, 'speed': speed, 'differences': differences}[what](o, d)
            except fetch.Skip as e: print('%s: skipped: %s' % (what, e))


if __name__ == '__main__':
    main()
