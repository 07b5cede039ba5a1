#!/usr/bin/env python3
"""Small guests of preview1, guests/*.wat, each run as a module and, in every layout, as a component: guests.py --ctool PATH [--work DIR] [--only WORD] HOST

A guest prints the same either way, traps or does not, ends with 0 or does not, and leaves the same files in its preopened directory. The module runs in
wasmtime (the Python package), which has preview1 of its own; the component in HOST, wasmtime or jco. A line `;; not --layout shim: why` leaves a layout out.
Exit status 0, 1, or 77 when something that is needed cannot be had.
"""
import argparse, glob, os, shutil, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import run as programs
from run import Failure

LAYOUTS = [[], ['--layout', 'direct'], ['--layout', 'shim'], ['--fuse-adapter'], ['--optimize'], ['--fuse-adapter', '--optimize'], ['--wasi-adapter', 'command', '-g']]
SEPARATE = [['--adapter-memory', 'separate'], ['--adapter-memory', 'separate', '--optimize']]  # two memories: not in jco


def folder_for(work):
    folder = work + '/folder'
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    with open(folder + '/there', 'w') as f: f.write('content')
    return folder


def files(folder): return sorted(os.path.relpath(os.path.join(at, name), folder) for at, folders, names in os.walk(folder) for name in folders + names)


def outcome(status, work, folder):
    """What is the same for modules and components: exit codes but 0 are one, as wasi:cli/run has it."""
    return {'exit': status if status in (0, 'trap') else 'failure', 'stdout': programs.content(work + '/stdout'), 'files': files(folder)}


def as_module(path, work):
    wasmtime, folder = programs.runtime(), folder_for(work)
    machine = programs.Machine(work, stdin='typed in\n', folder=folder, preopen='data')
    linker = wasmtime.Linker(machine.engine)
    linker.define_wasi()
    status = 0
    try:
        linker.instantiate(machine.store, wasmtime.Module.from_file(machine.engine, path)).exports(machine.store)['_start'](machine.store)
    except wasmtime.ExitTrap as e:
        status = e.code
    except (wasmtime.Trap, wasmtime.WasmtimeError):
        status = 'trap'
    return outcome(status, work, folder)


def in_wasmtime(path, work):
    folder = folder_for(work)
    machine = programs.Machine(work, stdin='typed in\n', folder=folder, preopen='data')
    try: machine.instantiate(path)
    except machine.api.WasmtimeError as e: raise Failure('%s: %s' % (path, e))
    return outcome(programs.exit_status(machine), work, folder)


def in_jco(path, work):
    folder = folder_for(work)
    status = programs.jco(path, work, {'run': 'command', 'args': ['program'], 'env': {}, 'preopens': {'data': folder}}, 'typed in\n')
    return outcome('trap' if status == 134 else status, work, folder)


def excluded(source):
    with open(source) as f: return [line[6:].split(':')[0].split() for line in f if line.startswith(';; not ')]


def check(o, source, run, layouts, work):
    module, component = work + '/module.wasm', work + '/component.wasm'
    programs.call([o.ctool, 'parse', source, '-o', module])
    want = as_module(module, work)
    for layout in layouts:
        if layout in excluded(source): continue
        programs.call([o.ctool, 'component', 'new', module, *layout, '-o', component])
        programs.call([o.ctool, 'validate', component])
        found = run(component, work)
        if found != want: raise Failure('%s %s\n  the module:    %.500s\n  the component: %.500s' % (os.path.basename(source), ' '.join(layout), want, found))


def main():
    programs.with_runtime()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--work')
    parser.add_argument('--only', default='', help='guests with this in their names')
    parser.add_argument('host', choices=['wasmtime', 'jco'])
    o = parser.parse_args()
    o.ctool = os.path.abspath(o.ctool)
    run, layouts = (in_jco, LAYOUTS[:1] + LAYOUTS[3:4]) if o.host == 'jco' else (in_wasmtime, LAYOUTS + SEPARATE)
    sources = [s for s in sorted(glob.glob(HERE + '/guests/*.wat')) if o.only in os.path.basename(s)]

    def test(work):
        for source in sources: check(o, source, run, layouts, work)
        print('%s: %d guests in %d layouts' % (o.host, len(sources), len(layouts)))

    return programs.alone(o.work and os.path.join(o.work, 'guests-' + o.host), test)


if __name__ == '__main__':
    sys.exit(main())
