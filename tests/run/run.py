#!/usr/bin/env python3
"""Runs what ctool made: run.py [--ctool PATH] [--work DIR] NAME...   (--list prints the names; cases.toml describes them)

Each case: get the core module (compile it, or take a real one), `ctool component new`, then
  - `ctool validate` accepts the component, a second run gives the same bytes, and so does a run whose output is its own input;
  - where wasm-tools is installed (on PATH, or named by WASM_TOOLS), it accepts the component too, and its world is that of wasm-tools' own component;
  - the component runs in a real runtime, and does what it should.
Without --ctool, wasm-tools makes the component: that checks the tests. Exit status 0, 1, or 77 when something that the case needs cannot be had.
"""
import argparse, contextlib, difflib, importlib.util, json, os, re, shutil, signal, socket, subprocess, sys, tempfile, time, tomllib, urllib.error, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import fetch
from fetch import Skip


class Failure(Exception):
    pass


def call(argv, **options):
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **{'timeout': 300, **options})
    if p.returncode: raise Failure('%s: exit %d\n%s' % (' '.join(argv), p.returncode, p.stderr.decode('utf-8', 'replace')))
    return p.stdout


def content(path):
    with open(path, 'rb') as f: return f.read()


# ---- the core module

def sqlite():
    """SQLite's amalgamation and what it needs of wasi-libc."""
    folder = fetch.sqlite()
    emulated = ('mman', 'getpid', 'signal', 'process-clocks')
    defines = ['SQLITE_THREADSAFE=0', 'SQLITE_OMIT_LOAD_EXTENSION', 'SQLITE_OMIT_WAL'] + ['_WASI_EMULATED_' + e.upper().replace('-', '_') for e in emulated]
    return ['-w', '-I' + folder, folder + '/sqlite3.c', *('-D' + d for d in defines), *('-lwasi-emulated-' + e for e in emulated)]


def with_entry(module, entry, tool, out):
    """The module with the fields of the text `entry` after its imports, by the text format."""
    lines = call([tool, 'print', module]).decode().split('\n')
    at = max(i for i, line in enumerate(lines) if line.startswith('  (import ')) + 1
    with open(out + '.wat', 'w') as f: f.write('\n'.join([*lines[:at], content(entry).decode(), *lines[at:]]))
    call([tool, 'parse', out + '.wat', '-o', out])
    return out


def core_module(case, work, tool=None):
    out = os.path.join(work, 'core.wasm')
    if 'module' in case:
        module = fetch.packaged(case['module'])
        return with_entry(module, os.path.join(HERE, case['entry']), tool, out) if 'entry' in case else module
    if 'go' in case:
        env = fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GOFLAGS='-mod=mod', GO111MODULE='off', GOTOOLCHAIN='local')
        call([fetch.go(), 'build', '-trimpath', '-o', out, os.path.join(HERE, case['go'])], env=env)
        return out
    source = os.path.join(HERE, case['source'])
    argv, env = fetch.COMPILERS[case['toolchain']]('c' if source.endswith('.c') else 'c++')
    more = sqlite() if case.get('sqlite') else []
    call([*argv, *case['flags'], '-I' + HERE + '/support', source, *more, '-o', out], env=env)
    return out


# ---- the component

def adapter_flags(case):
    """With `own`, and where a case names no adapter, ctool's own one is used where one is needed."""
    return ['--adapt', 'wasi_snapshot_preview1=' + fetch.adapter(case['adapter'])] if 'adapter' in case and not case.get('own') else []


def component_by_reference(wasm_tools, case, core, work):
    out = os.path.join(work, 'reference.wasm')
    if 'wit' in case:
        call([wasm_tools, 'component', 'embed', os.path.join(HERE, case['wit']), core, '-o', out])
        core = out
    call([wasm_tools, 'component', 'new', core, *adapter_flags(case), '-o', out])
    return out


def component_by_ctool(ctool, case, core, work):
    out, again = os.path.join(work, 'app.wasm'), os.path.join(work, 'again.wasm')
    flags = adapter_flags(case) + case.get('new', [])
    if case.get('fuse'): flags += ['--fuse-adapter']
    if case.get('separate'): flags += ['--adapter-memory', 'separate']
    if 'wit' in case: flags += ['--wit', os.path.join(HERE, case['wit'])]
    call([ctool, 'component', 'new', core, *flags, '-o', out])
    call([ctool, 'validate', '--features', 'all', out])
    if case.get('own') and not case.get('separate'): call([ctool, 'validate', '--features=-multi-memory', out])
    shutil.copyfile(core, again)
    call([ctool, 'component', 'new', again, *flags, '-o', again])
    if content(out) != content(again): raise Failure('a second run, in place, gave other bytes: compare %s and %s' % (out, again))
    return out


def compare_with_reference(wasm_tools, case, core, ours, work):
    """Accepted, and the same world in the same order, unless it is made by ctool's own adapter."""
    call([wasm_tools, 'validate', ours])
    if case.get('own') or 'new' in case: return
    theirs = component_by_reference(wasm_tools, case, core, work)
    a, b = (call([wasm_tools, 'component', 'wit', path]).decode() for path in (ours, theirs))
    if a != b:
        lines = list(difflib.unified_diff(b.split('\n'), a.split('\n'), 'wasm-tools', 'ctool', lineterm=''))
        raise Failure('the world differs from that of wasm-tools:\n' + '\n'.join(lines[:60]))


# ---- running

def runtime():
    try:
        import wasmtime, wasmtime.component
    except ImportError:
        raise Skip('no Python package wasmtime (tools/test installs it into build/venv)')
    return wasmtime


class Machine:
    """A store of wasmtime with WASI, whose standard streams are files of the work folder."""

    def __init__(self, work, args=(), env=(), stdin='', folder=None, preopen='data'):
        self.api = wasmtime = runtime()
        self.work, self.trap = work, ''
        with open(os.path.join(work, 'stdin'), 'w') as f: f.write(stdin)
        self.engine = wasmtime.Engine()
        self.store = wasmtime.Store(self.engine)
        wasi = wasmtime.WasiConfig()
        wasi.argv = ['program', *args]
        wasi.env = list(env)
        wasi.stdin_file = os.path.join(work, 'stdin')
        wasi.stdout_file = os.path.join(work, 'stdout')
        wasi.stderr_file = os.path.join(work, 'stderr')
        if folder: wasi.preopen_dir(folder, preopen)
        self.store.set_wasi(wasi)
        self.linker = wasmtime.component.Linker(self.engine)
        self.linker.add_wasip2()

    def instantiate(self, path):
        self.component = self.api.component.Component.from_file(self.engine, path)
        if any(name.startswith('wasi:http/') for name in self.component.type.imports(self.engine)):
            with contextlib.suppress(AttributeError):
                self.store.set_wasi_http()
            self.linker.add_wasi_http()
        self.instance = self.linker.instantiate(self.store, self.component)

    def stream(self, name):
        return content(os.path.join(self.work, name)).decode('utf-8', 'replace')


def same_lines(want, got, what):
    pattern = '\n'.join(re.escape(line).replace(r'\{\.\.\.\}', '.*') for line in want.strip('\n').split('\n'))
    if not re.fullmatch(pattern, got.strip('\n')): raise Failure('%s\n--- expected\n%s\n--- found\n%s' % (what, want.strip('\n'), got))


STDIN, ENVIRONMENT = 'typed in\n', [('WHO', 'Ada')]


def in_wasmtime(case, path, work, folder):
    """(exit status or "trap", what was said of a trap); what was printed is in the files stdout and stderr."""
    machine = Machine(work, arguments(case), environment(case), STDIN, folder, case.get('preopen', 'data'))
    if with_advice(case):
        with machine.linker.root() as root, root.add_instance('test:command/advice') as advice:
            advice.add_func('greet', lambda store, name: 'good morning, ' + name)
    machine.instantiate(path)
    return exit_status(machine), machine.trap


def jco(path, work, config, stdin, files={}, flags=()):
    """A component in node, transpiled by jco, with more files beside the transpiled ones; its exit status, 134 for a trap (see jco.mjs)."""
    modules, env = fetch.node_module('@bytecodealliance/jco'), fetch.node_env()
    out = tempfile.mkdtemp(prefix='out-', dir=modules)  # beside node_modules, where imports are looked for
    try:
        for name, text in {'package.json': '{"type": "module"}', **files}.items():
            with open(os.path.join(out, name), 'w') as f: f.write(text)
        call([modules + '/node_modules/.bin/jco', 'transpile', path, '-o', out, '--name', 'guest', *flags], env=env)
        with open(work + '/stdout', 'wb') as stdout, open(work + '/stderr', 'wb') as stderr:
            argv = [fetch.node_bin() + '/node', HERE + '/jco.mjs', out + '/guest.js', json.dumps(config)]
            return subprocess.run(argv, input=stdin.encode(), stdout=stdout, stderr=stderr, env=env, timeout=300).returncode
    finally:
        shutil.rmtree(out, ignore_errors=True)


def in_jco(case, path, work, folder):
    config = {'run': 'command', 'args': ['program', *arguments(case)], 'env': dict(environment(case)), 'preopens': {case.get('preopen', 'data'): folder}}
    files, flags = {}, []
    if with_advice(case):
        files, flags = {'advice.js': "export const greet = (name) => 'good morning, ' + name;\n"}, ['--map', 'test:command/advice=./advice.js']
    status = jco(path, work, config, STDIN, files, flags)
    return ('trap', '') if status == 134 else (status, '')


HOSTS = {'wasmtime': in_wasmtime, 'jco': in_jco}


def environment(case): return ENVIRONMENT + [('V%02d' % i, 'x' * 996) for i in range(case.get('variables', 0))]


def arguments(case): return case.get('args', ['one', 'two words'])


def with_advice(case): return '-DWITH_ADVICE' in case.get('flags', [])


def guests_folder(case, work):
    folder = os.path.join(work, 'files')
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    if 'large' in case:  # 2 MB of lines
        with open(os.path.join(folder, case['large']), 'w') as f: f.writelines('line %d\n' % i for i in range(200000))
    elif 'dir' in case:
        for name, data in case['dir'].items():
            with open(os.path.join(folder, name), 'w') as f: f.write(data)
    else:
        shutil.copy(HERE + '/command/input.txt', folder)
    return folder


def run_command(case, path, work, host):
    folder = guests_folder(case, work)
    status, trap = HOSTS[host](case, path, work, folder)
    out, err = (content(os.path.join(work, name)).decode('utf-8', 'replace') for name in ('stdout', 'stderr'))
    if status != case.get('exit', 0): raise Failure('exit %s, not %s\n%s%s%s' % (status, case.get('exit', 0), out, err, trap))
    if 'expected' in case: same_lines(content(os.path.join(HERE, case['expected'])).decode(), out, 'standard output')
    if 'large' in case and content(os.path.join(folder, case['large'])) != content(os.path.join(work, 'stdout')): raise Failure('the file is not what was printed')
    if 'stdout' in case: same_lines(case['stdout'], out, 'standard output')
    if 'source' in case and case['source'] == 'command/main.c' and err != 'done\n': raise Failure('standard error: ' + err)
    for name, start in case.get('written', {}).items():
        data = content(os.path.join(folder, name))
        if not data.startswith(bytes.fromhex(start)): raise Failure('%s begins with %s' % (name, data[:16].hex()))


def exit_status(machine):
    """Runs wasi:cli/run: 0, 1, or "trap"."""
    import command
    try:
        result = command.run_export(machine.instance, machine.store, list(machine.component.type.exports(machine.engine)))(machine.store)
        return 0 if result.tag == 'ok' else 1
    except machine.api.ExitTrap as e:
        return e.code
    except (machine.api.Trap, machine.api.WasmtimeError) as e:
        machine.trap = str(e)
        return 'trap'


def in_node(path, work, run, files={}, flags=()):
    """A component that is no command, by jco; what it printed."""
    status = jco(path, work, {'run': run, 'args': [], 'env': {}, 'preopens': {}}, '', files, flags)
    if status: raise Failure('exit %d\n%s' % (status, content(os.path.join(work, 'stderr')).decode('utf-8', 'replace')))
    return content(os.path.join(work, 'stdout')).decode('utf-8', 'replace')


def run_instantiate(case, path, work, host):
    if host == 'jco': return in_node(path, work, 'instantiate')
    Machine(work).instantiate(path)


def run_host(case, path, work, host):
    scope = {}
    folder = os.path.dirname(os.path.join(HERE, case['source']))
    exec(compile(content(folder + '/host.py'), folder + '/host.py', 'exec'), scope)
    if host == 'jco':
        printed = in_node(path, work, 'host', {'host.mjs': content(folder + '/host.mjs').decode()}, [word for name in scope.get('IMPORTS', []) for word in ('--map', name)])
        if printed != scope.get('PRINTED', ''): raise Failure('standard output: %r' % printed)
        return
    machine = Machine(work)
    seen = {'log': [], 'dropped': []}
    scope['imports'](machine.linker, seen)
    machine.instantiate(path)
    scope['check'](machine.instance, machine.store, seen, lambda: machine.stream('stdout'))
    if 'check_module' in scope: scope['check_module'](machine.api, content(path))


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def server(argv, **options):
    """A process that ends with all that it started: it leads a group of its own."""
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try: yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError): os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired): process.wait(10)


def wasmtime_command(): return os.environ.get('WASMTIME') or fetch.program('wasmtime')


@contextlib.contextmanager
def listening(argv, port, work, **options):
    """The address of a server, once it listens on `port`. What it says goes to server.log in the work folder."""
    log = os.path.join(work, 'server.log')
    with open(log, 'wb') as said, server(argv, stdout=said, stderr=said, **options) as process:
        for _ in range(600):
            with socket.socket() as s:
                if s.connect_ex(('127.0.0.1', port)) == 0: break
            if process.poll() is not None: break
            time.sleep(0.1)
        else:
            raise Failure('the server does not listen: ' + content(log).decode('utf-8', 'replace'))
        if process.poll() is not None: raise Failure('the server stopped: ' + content(log).decode('utf-8', 'replace'))
        yield 'http://127.0.0.1:%d' % port


def served(path, work, wasmtime):
    """Serves the component on a free port: by wasmtime, else by jco."""
    port = free_port()
    if wasmtime: return listening([wasmtime, 'serve', '-S', 'cli', '--addr', '127.0.0.1:%d' % port, path], port, work)
    command = fetch.node_module('@bytecodealliance/jco') + '/node_modules/.bin/jco'
    return listening([command, 'serve', path, '--host', '127.0.0.1', '--port', str(port), '--isolate-worker-pool-size', '1'], port, work, env=fetch.node_env())


def request(url, data=None, headers={}):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, data, headers), timeout=60) as r: return r.status, dict(r.headers), r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, dict(e.headers), e.read().decode()


def run_http(case, path, work, host):
    body = bytes(range(256)) * 1200
    wasmtime = host != 'jco' and wasmtime_command() or (fetch.wasmtime() if case.get('separate') else None)  # jco serve takes one memory alone
    with served(path, work, wasmtime) as base:
        status, headers, text = request(base + '/hello?World', headers={'X-Color': 'blue'})
        if (status, headers.get('x-color'), text) != (200, 'blue', 'hello World\n'): raise Failure('GET /hello: %r' % ((status, headers, text),))
        status, _, text = request(base + '/count', data=body)
        if (status, text) != (200, '%d bytes, sum %d\n' % (len(body), sum(body))): raise Failure('POST /count: %r' % ((status, text),))
        status, _, text = request(base + '/elsewhere')
        if (status, text) != (404, 'nothing here\n'): raise Failure('GET /elsewhere: %r' % ((status, text),))


RUNNERS = {'command': run_command, 'instantiate': run_instantiate, 'host': run_host, 'http': run_http}


def one(name, case, ctool, work, host):
    wasm_tools = os.environ.get('WASM_TOOLS') or fetch.program('wasm-tools')
    if not ctool and not wasm_tools: raise Skip('no wasm-tools')
    core = core_module(case, work, ctool or wasm_tools)
    if ctool:
        path = component_by_ctool(ctool, case, core, work)
        if wasm_tools: compare_with_reference(wasm_tools, case, core, path, work)
    else:
        path = component_by_reference(wasm_tools, case, core, work)
    RUNNERS[case['run']](case, path, work, host)
    print('%s: %d bytes of core, %d of component, %s%s' % (name, os.path.getsize(core), os.path.getsize(path), case['run'], '' if wasm_tools else ' (no wasm-tools to compare with)'))


def with_runtime():
    """Goes on under the Python that has wasmtime: this one, or that of the environment which tools/test makes."""
    other = os.path.join(HERE, '../../build/venv/bin/python')
    if not importlib.util.find_spec('wasmtime') and os.path.exists(other) and not os.environ.get('CTOOL_RUN_AGAIN'):
        os.execve(other, [other, *sys.argv], dict(os.environ, CTOOL_RUN_AGAIN='1'))


def alone(work, test):
    """The exit status of a test that is a process of its own, in the folder `work` or in a temporary one."""
    with tempfile.TemporaryDirectory() as temporary:
        work = os.path.abspath(work or temporary)
        os.makedirs(work, exist_ok=True)
        try: test(work)
        except Skip as e:
            print('skipped: %s' % e)
            return 77
        except Failure as e:
            print('FAILED: %s' % e)
            return 1
    return 0


def main():
    with_runtime()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool')
    parser.add_argument('--work', help='where to leave what is built; else a temporary folder')
    parser.add_argument('--own-adapter', action='store_true', help="without --adapt: ctool's own preview1 adapter serves the case")
    parser.add_argument('--fuse', action='store_true', help='the same, as a part of the module')
    parser.add_argument('--separate', action='store_true', help='the same, in a memory of its own')
    parser.add_argument('--host', choices=HOSTS, default='wasmtime', help='what runs them')
    parser.add_argument('--list', action='store_true')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    with open(HERE + '/cases.toml', 'rb') as f: cases = tomllib.load(f)
    if options.list: return print('\n'.join(cases)) or 0
    failed = skipped = 0
    for name in options.names or cases:
        with tempfile.TemporaryDirectory() as temporary:
            work = os.path.join(os.path.abspath(options.work), name) if options.work else temporary
            os.makedirs(work, exist_ok=True)
            try:
                own = options.own_adapter or options.fuse or options.separate
                case = dict(cases[name], own=True, fuse=options.fuse, separate=options.separate) if own else cases[name]
                one(name, case, options.ctool and os.path.abspath(options.ctool), work, options.host)
            except Skip as e:
                skipped += 1
                print('%s: skipped: %s' % (name, e))
            except Exception as e:  # a trap, an assertion, an answer of another type: all are failures of this case
                failed += 1
                print('%s: FAILED: %s: %s' % (name, type(e).__name__, e))
    return 1 if failed else 77 if skipped else 0


if __name__ == '__main__':
    sys.exit(main())
