#!/usr/bin/env python3
"""Go's own tests of a package of its library, as a component with ctool's own adapter: run.py --ctool PATH [--work DIR] HOST PACKAGE

`GOOS=wasip1 go test -c` makes a module of them. The host wasmtime (the Python package) runs it as it is, by its own preview1, and as a component: each test must
end in the same way. jco runs the component alone: each test must end as in wasmtime, but for those that differences-jco.txt names.
Exit status 0, 1, or 77 when something that is needed cannot be had.
"""
import argparse, os, re, shutil, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + '/..')
import fetch
import run as programs
from run import Failure

FLAGS = ['-test.short', '-test.v']
STACK = 3 << 19  # what the Python package takes; Go asks for more, for the deep recursion of other packages


def make_tests(package, work):
    out = work + '/core.wasm'
    env = fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GOFLAGS='', GOTOOLCHAIN='local')
    programs.call([fetch.go(), 'test', '-c', '-trimpath', '-o', out, package], env=env, timeout=550)
    return out


def root_folder(package, work):
    """What the guest sees as /: the package's sources, where `go test` would run, and what tests of os look for."""
    root = work + '/root'
    shutil.rmtree(root, ignore_errors=True)
    home = fetch.run([fetch.go(), 'env', 'GOROOT']).decode().strip()
    shutil.copytree(home + '/src/' + package, root + '/go/src/' + package)
    os.makedirs(root + '/tmp')
    shutil.copytree(home + '/lib/time', root + '/go/lib/time')
    for name in ('go.env', 'LICENSE', 'CONTRIBUTING.md'): # tests of os look for these names; not every package of Go brings them all
        if os.path.exists(home + '/' + name): shutil.copy(home + '/' + name, root + '/go')
        else: open(root + '/go/' + name, 'w').close()
    return root


def environment(package): return [('PWD', '/go/src/' + package), ('TMPDIR', '/tmp'), ('GOROOT', '/go')]


def outcomes(text):
    return {name: result for result, name in re.findall(r'^\s*--- (PASS|FAIL|SKIP): (\S+)', text, re.M)}


class Machine(programs.Machine):
    """One with the stack that Go asks for; code is not optimized, because it runs once."""

    def __init__(self, package, work):
        super().__init__(work)
        wasmtime = self.api
        config, wasi = wasmtime.Config(), wasmtime.WasiConfig()
        config.max_wasm_stack = STACK
        config.cranelift_opt_level = 'none'
        for key, value in (('argv', ['program', *FLAGS]), ('env', environment(package)), ('stdin_file', work + '/stdin'), ('stdout_file', work + '/stdout'),
                           ('stderr_file', work + '/stderr')):
            setattr(wasi, key, value)
        wasi.preopen_dir(root_folder(package, work), '/')
        wasi.preopen_dir('/dev', '/dev')  # for /dev/null
        self.engine = wasmtime.Engine(config)
        self.store = wasmtime.Store(self.engine)
        self.store.set_wasi(wasi)
        self.linker = wasmtime.component.Linker(self.engine)
        self.linker.add_wasip2()

    def run_module(self, path):
        wasmtime = self.api
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        instance = linker.instantiate(self.store, wasmtime.Module.from_file(self.engine, path))
        try:
            instance.exports(self.store)['_start'](self.store)
            return 0
        except wasmtime.ExitTrap as e:
            return e.code


def in_wasmtime(path, package, work, is_module=False):
    machine = Machine(package, work)
    if is_module: status = machine.run_module(path)
    else:
        machine.instantiate(path)
        status = programs.exit_status(machine)
    return status, machine.stream('stdout'), machine.trap + machine.stream('stderr')


def in_jco(path, package, work):
    config = {'args': ['program', *FLAGS], 'env': dict(environment(package)), 'preopens': {'/': root_folder(package, work), '/dev': '/dev'}}
    status = programs.jco(path, work, config, '')
    return status, *(programs.content(work + '/' + name).decode('utf-8', 'replace') for name in ('stdout', 'stderr'))


def known_differences(package):
    """Lines of differences-jco.txt: pattern -> whether a test always fails."""
    with open(HERE + '/differences-jco.txt') as f: found = re.findall(r'^(~?)%s ([^:]+):' % package, f.read(), re.M)
    return {pattern: not mark for mark, pattern in found}


def compare(want, found, known, what):
    wrong, differ = [], {name for name in {*want, *found} if want.get(name) != found.get(name)}
    for name in sorted(differ):
        if not any(re.fullmatch(pattern, name) for pattern in known) or found.get(name) != 'FAIL': wrong.append('%s: %s, not %s' % (name, found.get(name), want.get(name)))
    for pattern, is_sure in known.items():
        if is_sure and not any(re.fullmatch(pattern, name) for name in differ): wrong.append('%s: no difference any more' % pattern)
    if wrong: raise Failure('%s\n%s' % (what, '\n'.join(wrong[:60])))


def test(o, work):
    core, path = make_tests(o.package, work), work + '/component.wasm'
    programs.call([o.ctool, 'component', 'new', core, '-o', path])
    programs.call([o.ctool, 'validate', '--features=-multi-memory', path])
    module_status, module_output, said = in_wasmtime(core, o.package, work, True)
    want = outcomes(module_output)
    if module_status != 0 or not want: raise Failure('the module itself: exit %s\n%s%s' % (module_status, module_output[-3000:], said[-1000:]))
    status, output, said = (in_jco if o.host == 'jco' else in_wasmtime)(path, o.package, work)
    found, told = outcomes(output), 'exit %s\n%s\n%s' % (status, output[-2000:], said[-2000:])
    try: compare(want, found, known_differences(o.package) if o.host == 'jco' else {}, 'differs from the module in wasmtime')
    except Failure as e: raise Failure('%s\n%s' % (e, told))
    if status != int('FAIL' in found.values()): raise Failure(told)
    print('%s in %s: %d tests: %s' % (o.package, o.host, len(found), ', '.join('%s %d' % (r, list(found.values()).count(r)) for r in ('PASS', 'SKIP', 'FAIL'))))


def main():
    programs.with_runtime()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--work')
    parser.add_argument('host', choices=['wasmtime', 'jco'])
    parser.add_argument('package')
    o = parser.parse_args()
    o.ctool = os.path.abspath(o.ctool)
    return programs.alone(o.work and os.path.join(o.work, 'gotest-%s-%s' % (o.host, o.package)), lambda work: test(o, work))


if __name__ == '__main__':
    sys.exit(main())
