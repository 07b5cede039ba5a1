#!/usr/bin/env python3
"""The very command lines of TinyGo and wit-bindgen-go, with ctool for WASMOPT and WASMTOOLS: tinygo.py --ctool PATH [NAME...]; each function below
named t_NAME is one case. Neither tool is needed: modules are TinyGo's own (guests beside the project), and one in the shape of its wasip2 target (tinygo/shape.c).

Exit status 0, 1, or 77 when something cannot be had, which is told.
"""
import argparse, json, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'support')]
import fetch, run
from cases import check, run_cases
from framing import custom

SOURCES = os.path.join(HERE, '..', '..', 'src', 'wit', 'wasi', '0.2.12')
PACKAGES = ('clocks', 'filesystem', 'io', 'random', 'sockets')


class Place:
    def __init__(self, ctool, folder):
        self.folder = folder
        names = {'WASMOPT': 'wasm-opt', 'WASMTOOLS': 'wasm-tools'}
        for variable, name in names.items():
            os.symlink(ctool, os.path.join(folder, name))
            setattr(self, variable, os.path.join(folder, name))
        self.packages = os.path.join(folder, 'lib', 'wasi-cli', 'wit') + '/'
        os.makedirs(self.packages + 'deps')
        for package in ('cli', *PACKAGES): # as TinyGo ships them: the root package is wasi:cli@0.2.0
            with open(os.path.join(SOURCES, package + '.wit')) as f: text = f.read()
            with open(self.packages + ('' if package == 'cli' else 'deps/') + package + '.wit', 'w') as f: f.write(re.sub(r'@since\([^)]*\)', '', text.replace('@0.2.12', '@0.2.0')))

    def call(self, *words, stdin=b'', good=True):
        r = subprocess.run(words, cwd=self.folder, input=stdin, capture_output=True, timeout=120)
        if good and r.returncode: raise AssertionError('%s: %s' % (' '.join(words), r.stderr.decode('utf-8', 'replace')))
        return r

    def path(self, name): return os.path.join(self.folder, name)

    def shape(self, name):
        argv, env = fetch.debian_clang('c')
        subprocess.run([argv[0], '--target=wasm32', argv[-1], '-Oz', '-nostdlib', '-ffreestanding', '-mbulk-memory', '-mnontrapping-fptoint', '-msign-ext', '-mmutable-globals',
                        '-Wl,--no-entry', '-Wl,-z,stack-size=65536', HERE + '/tinygo/shape.c', '-o', self.path(name)], env=env, check=True)
        return name

    def run(self, component):
        """What the component prints in wasmtime."""
        work = tempfile.mkdtemp(dir=self.folder)
        return run.call([sys.executable, os.path.join(HERE, 'command.py'), self.path(component), 'one'], cwd=work).decode()


# ---- TinyGo: link, wasm-opt, embed, new

def t_version_probe(p):
    """builder/wasmopt.go: the first line must match, 102 is the oldest that will do."""
    out = p.call(p.WASMOPT, '--version').stdout.decode()
    found = re.match(r'wasm-opt version ([0-9]+)', out)
    check(found and int(found[1]) >= 102, out)


def build(p, wasm_opt, names):
    """The steps of one build: `names` are those of the files after linking, wasm-opt, embed and new."""
    linked, optimized, embedded, component = names
    p.call(p.WASMOPT, *wasm_opt, '-g', linked, '--output', optimized)
    p.call(p.WASMTOOLS, 'component', 'embed', '-w', 'wasi:cli/command', p.packages, optimized, '-o', embedded)
    p.call(p.WASMTOOLS, 'component', 'new', embedded, '-o', component)
    return component


def runs_as_it_should(p, component):
    p.call(p.WASMTOOLS, 'validate', component)
    out = p.run(component)
    with open(HERE + '/tinygo/expected.txt') as f: check(out == f.read(), out[:400])
    wit = p.call(p.WASMTOOLS, 'component', 'wit', component).stdout.decode()
    check('export wasi:cli/run@0.2.0' in wit and 'import wasi:cli/stdout@0.2.0' in wit, wit)


def t_build_in_place(p):
    """As of 2024: one file all the way."""
    p.shape('main')
    runs_as_it_should(p, build(p, ['--asyncify', '-Oz'], ['main'] * 4))


def t_build_with_names_of_steps(p):
    """Newer: no name ends in .wasm, so that only the content tells what a file is."""
    p.shape('main')
    runs_as_it_should(p, build(p, ['--asyncify', '-Oz'], ['main', 'main.wasmopt', 'main.wasm-component-embed', 'main.wasm-component-new']))


def t_build_at_every_level(p):
    sizes = {}
    for level in ('-O0', '-O1', '-O2', '-Os', '-Oz'):
        p.shape('main')
        runs_as_it_should(p, build(p, ['--asyncify', level], ['main', 'a', 'b', 'c']))
        sizes[level] = os.path.getsize(p.path('a'))
    check(sizes['-Oz'] < sizes['-O0'], str(sizes))


def t_world_by_its_bare_name(p):
    p.shape('main')
    p.call(p.WASMOPT, '--asyncify', '-Oz', '-g', 'main', '--output', 'main')
    p.call(p.WASMTOOLS, 'component', 'embed', '-w', 'command', p.packages, 'main', '-o', 'main')
    p.call(p.WASMTOOLS, 'component', 'new', 'main', '-o', 'main')
    runs_as_it_should(p, 'main')


def t_failures_are_told(p):
    """What goes wrong is on standard error, for TinyGo to pass on; the file of the step before stays."""
    p.shape('main')
    before = run.content(p.path('main'))
    for words in (['embed', '-w', 'wasi:cli/comand', p.packages, 'main', '-o', 'main'], ['embed', '-w', 'wasi:cli/command', p.path('none'), 'main', '-o', 'main'], ['new', 'main', '-o', 'main']):
        r = p.call(p.WASMTOOLS, 'component', *words, good=False)
        check(r.returncode == 1 and r.stderr and not r.stdout and run.content(p.path('main')) == before, str(r))


def t_modules_of_its_own(p):
    """wasip1: wasm-opt alone, with the names kept; and a component by the adapter."""
    for module in ('tinygo-cat', 'tinygo-dwarf'):
        source = fetch.packaged('guest:%s.wasm' % module)
        shutil.copy(source, p.path(module))
        p.call(p.WASMOPT, '-Oz', '-g', module, '--output', module)
        check(os.path.getsize(p.path(module)) < os.path.getsize(source))
        p.call(p.WASMTOOLS, 'validate', module)
        check(b'runtime' in p.call(p.WASMTOOLS, 'print', module).stdout, 'names are gone')
    p.call(p.WASMTOOLS, 'component', 'new', 'tinygo-cat', '-o', 'tinygo-cat')
    with open(p.path('a text'), 'w') as f: f.write('a few lines\n' * 300)
    out = run.call([sys.executable, os.path.join(HERE, 'command.py'), p.path('tinygo-cat'), 'a text'], cwd=p.folder).decode()
    check(out == 'a few lines\n' * 300, out[:100])


# ---- wit-bindgen-go

def wit_json(p, *path, stdin=b''): return json.loads(p.call(p.WASMTOOLS, 'component', 'wit', '-j', '--all-features', *path, stdin=stdin).stdout)


def t_json_of_paths_and_streams(p):
    """Of a directory, and of standard input in each form that it may have."""
    there = wit_json(p, p.packages)
    check({'command', 'imports'} <= {w['name'] for w in there['worlds']})
    check(set(there) == {'worlds', 'interfaces', 'types', 'packages'} and there['packages'][-1]['name'] == 'wasi:cli@0.2.0', str([x['name'] for x in there['packages']]))
    text = b'package a:b@1.0.0;\ninterface i { @unstable(feature = new) f: func(); g: func(x: list<u8>) -> option<string>; resource r { m: func(); } }\nworld w { import i; }\n'
    of_text = wit_json(p, stdin=text)
    check(sorted(of_text['interfaces'][0]['functions']) == ['[method]r.m', 'f', 'g'], str(of_text['interfaces'][0]))
    with open(p.path('it.wit'), 'wb') as f: f.write(text)
    binary = p.call(p.WASMTOOLS, 'component', 'wit', '-w', '--all-features', 'it.wit').stdout
    of_binary = wit_json(p, stdin=binary) # methods come first there, as in the reference's
    check(sorted(of_binary['interfaces'][0]['functions']) == sorted(of_text['interfaces'][0]['functions']) and of_binary['worlds'] == of_text['worlds'], 'binary WIT')
    p.shape('main')
    component = p.path(build(p, ['-Oz', '--asyncify'], ['main'] * 4))
    with open(component, 'rb') as f: of_component = wit_json(p, stdin=f.read())
    check({'run', 'stdout', 'streams'} <= {i['name'] for i in of_component['interfaces']})


def t_payload_of_a_section(p):
    """`embed --only-custom` gives what stands in a section component-type:WORLD: wrapped by the generator, it is the world of the module."""
    with open(p.path('component.wit'), 'w') as f: f.write('package a:b;\nworld w { import log: func(x: string); export run: func(); }\n')
    payload = p.call(p.WASMTOOLS, 'component', 'embed', '--only-custom', '--all-features', 'component.wit').stdout
    module = p.call(p.WASMTOOLS, 'parse', '-', stdin=b'(module (import "$root" "log" (func (param i32 i32))) (memory (export "memory") 1)'
                    b'(func (export "run")) (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))').stdout
    with open(p.path('m'), 'wb') as f: f.write(module + custom(b'component-type:w', payload))
    p.call(p.WASMTOOLS, 'component', 'new', 'm', '-o', 'm')
    check('import log' in p.call(p.WASMTOOLS, 'component', 'wit', 'm').stdout.decode())


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--ctool', required=True)
    a.add_argument('names', nargs='*')
    a = a.parse_args()
    run.with_runtime()
    return run_cases(globals(), a.names, lambda case, folder: case(Place(os.path.abspath(a.ctool), folder)), fetch.Skip, [run.Failure])


if __name__ == '__main__': sys.exit(main())
