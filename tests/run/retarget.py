#!/usr/bin/env python3
"""Runs components that `ctool component retarget` moved, and shows that they did not run before: retarget.py --ctool PATH --work DIR mixed|older

mixed   a C program for WASI of two versions, linked as it is: it traps, for the streams of one version are none of the other. Moved to one version, it runs.
older   a component that declares a function of WASI 0.2.12 which it does not call: wasmtime 36, a host of 0.2.6, refuses it. Moved to 0.2.6, it runs there.
Exit status 0, 1, or 77 when something that the case needs cannot be had."""
import argparse, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import fetch, run

MIXED_WIT = '''package demo:mixed;

world mixed {
  import wasi:cli/environment@0.2.2;
  import wasi:cli/stdout@0.2.2;
  import wasi:io/streams@0.2.3;
  export wasi:cli/run@0.2.2;
}
'''


def greeting(ctool, work, wit, source):
    """The program hello as a component, its imports as they are."""
    paths = {name: os.path.join(work, name) for name in ('world.wit', 'hello.c', 'core.wasm', 'app.wasm')}
    for name, text in (('world.wit', wit), ('hello.c', source)):
        with open(paths[name], 'w') as f: f.write(text)
    argv, env = fetch.COMPILERS['debian']('c')
    run.call([*argv, '-Oz', '-mexec-model=reactor', paths['hello.c'], '-o', paths['core.wasm']], env=env)
    run.call([ctool, 'component', 'new', paths['core.wasm'], '--wit', paths['world.wit'], '--merge-imports-based-on-semver=false', '-o', paths['app.wasm']])
    return paths['app.wasm']


def in_this_wasmtime(path, work):
    machine = run.Machine(work, ['Ada'])
    machine.instantiate(path)
    return run.exit_status(machine), machine.stream('stdout'), machine.trap


def mixed(ctool, work):
    run.runtime()
    with open(HERE + '/hello/hello.c') as f: source = f.read()
    source = source.replace('io/streams@0.2.0', 'io/streams@0.2.3').replace('@0.2.0', '@0.2.2')
    app, moved = greeting(ctool, work, MIXED_WIT, source), os.path.join(work, 'moved.wasm')
    before = in_this_wasmtime(app, work)
    if before[0] != 'trap': raise run.Failure('it runs as it is: %r' % (before,))
    run.call([ctool, 'component', 'retarget', '--to', '0.2.3', app, '-o', moved])
    if b'streams@0.2.2' in run.content(moved).split(b'\0asm\1\0\0\0')[0]: raise run.Failure('two versions of wasi:io/streams are left')
    after = in_this_wasmtime(moved, work)
    if after[:2] != (0, 'Hello, Ada!\n'): raise run.Failure('moved, it does not run: %r' % (after,))


EXIT = """__attribute__((import_module("wasi:cli/exit@0.2.12"), import_name("exit"))) void leave(int32_t failed);

/* run:"""
MORE = ' (type $g (func (param "status-code" u8))) (export "exit-with-code" (func (type $g)))'


def declare_more(text):
    """The text of the component with one more function in the type of wasi:cli/exit, as tools have it that import interfaces whole."""
    at = text.index('(export (;0;) "exit" ')
    end = text.index('\n', at)
    return text[:end] + MORE + text[end:]


def older(ctool, work):
    wasmtime = fetch.wasmtime()
    with open(HERE + '/hello/hello.c') as f: source = f.read()
    source = source.replace('/* run:', EXIT).replace('  int32_t out', '  if (arguments.count > 1000) leave(1);\n  int32_t out', 1).replace('@0.2.0', '@0.2.12')
    wit = 'package demo:hello;\n\nworld hello {\n  import wasi:cli/environment@0.2.12;\n  import wasi:cli/stdout@0.2.12;\n  import wasi:cli/exit@0.2.12;\n  export wasi:cli/run@0.2.12;\n}\n'
    app = greeting(ctool, work, wit, source)
    newer, moved = os.path.join(work, 'newer.wasm'), os.path.join(work, 'moved.wasm')
    with open(newer + '.wat', 'w') as f: f.write(declare_more(run.call([ctool, 'print', app]).decode()))
    run.call([ctool, 'parse', newer + '.wat', '-o', newer])
    before = subprocess.run([wasmtime, 'run', newer, 'Ada'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if before.returncode == 0 or b'exit-with-code' not in before.stderr: raise run.Failure('an older wasmtime does not refuse it: %r' % before.stderr)
    run.call([ctool, 'component', 'retarget', '--to', '0.2.6', newer, '-o', moved])
    said = run.call([wasmtime, 'run', moved, 'Ada'])
    if said != b'Hello, Ada!\n': raise run.Failure('moved, it says %r' % said)


def main():
    run.with_runtime()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--work', required=True)
    parser.add_argument('case', choices=['mixed', 'older'])
    options = parser.parse_args()
    case = {'mixed': mixed, 'older': older}[options.case]
    status = run.alone(os.path.join(options.work, 'retarget-' + options.case), lambda work: case(os.path.abspath(options.ctool), work))
    if status == 0: print(options.case + ': it did not run before, and does now')
    return status


if __name__ == '__main__':
    sys.exit(main())
