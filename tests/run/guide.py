#!/usr/bin/env python3
"""The project of the guide in stock Go: guide.py --ctool PATH --work DIR. An HTTP server of net/http with routes, headers, JSON, a body of 300 KB, an outgoing
request, a counter in wasi:keyvalue and logs in wasi:logging, whose world includes a package of imports.

Bindings by `wit-bindgen go` (0.63, on PATH or named by WIT_BINDGEN; optional), then `GOOS=wasip1 go build -buildmode=c-shared`, component embed, new, optimize, strip. Served
by jco with two small hosts in JavaScript, and where wasmtime is installed by `wasmtime serve -S cli,keyvalue`, then without logging. Sizes stand beside those of
wasm-tools with its adapter, where that is installed. Exit status 77 when something that is needed cannot be had.
"""
import argparse, glob, json, os, re, shutil, subprocess, sys, threading, http.server, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import fetch, run
from fetch import Skip
from run import Failure, call, content

SOURCES, GUIDE, HANDLER = os.path.join(HERE, '..', '..', 'src', 'wit', 'wasi'), os.path.join(HERE, 'guide'), 'export_wasi_http_incoming_handler'
QUIET = 'package %s\n\nfunc logInfo(format string, values ...any)  {}\nfunc logError(format string, values ...any) {}\n' % HANDLER


def check(what, why):
    if not what: raise Failure(str(why))


def wit_bindgen():
    found = os.environ.get('WIT_BINDGEN') or fetch.program('wit-bindgen') or shutil.which(os.path.expanduser('~/.cargo/bin/wit-bindgen'))
    if not found: raise Skip('no wit-bindgen (cargo install wit-bindgen-cli)')
    version = call([found, '--version']).decode()
    if not version.split()[-1].startswith('0.63.'): raise Skip('wit-bindgen 0.63 is needed, not ' + version.strip())
    return found


def packages(wit):
    """WASI 0.2.0 beside the project's own packages."""
    for name in ('cli', 'clocks', 'filesystem', 'http', 'io', 'random', 'sockets'):
        with open(os.path.join(SOURCES, '0.2.0' if name == 'http' else '0.2.12', name + '.wit')) as f: text = f.read().replace('@0.2.12', '@0.2.0')
        with open(os.path.join(wit, 'deps', name + '.wit'), 'w') as f: f.write(re.sub(r'@(since|deprecated)\([^)]*\)', '', text))


def runtime_of_bindings(folder):
    """The Go package that the bindings need: out of the generator's own crate where cargo has it here, else the module proxy's."""
    crates = glob.glob(os.path.join(os.environ.get('CARGO_HOME', os.path.expanduser('~/.cargo')), 'registry', 'src', '*', 'wit-bindgen-go-0.63.*', 'src', 'pkg', 'wit'))
    if not crates: return ''
    for name in ('types', 'runtime'): shutil.copytree(os.path.join(crates[0], name), os.path.join(folder, 'pkg', 'wit', name))
    for name in ('future.go', 'stream.go'): os.unlink(os.path.join(folder, 'pkg', 'wit', 'types', name)) # for async functions, which need a newer Go
    with open(os.path.join(folder, 'pkg', 'go.mod'), 'w') as f: f.write('module go.bytecodealliance.org/pkg\n\ngo 1.25\n')
    return 'replace go.bytecodealliance.org/pkg => ../pkg\n'


def build(ctool, folder, with_logging):
    """The core module, and the component that is served."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(GUIDE, 'wit'), os.path.join(folder, 'wit'))
    packages(os.path.join(folder, 'wit'))
    imports = os.path.join(folder, 'wit', 'deps', 'component-go', 'imports.wit')
    with open(imports) as f: text = f.read()
    check('wasi:logging' in text, text)
    if not with_logging:
        with open(imports, 'w') as f: f.write(text.replace('  import wasi:logging/logging@0.1.0-draft;\n', ''))
    path = lambda name: os.path.join(folder, name)
    call([wit_bindgen(), 'go', '--world', 'hello', '--out-dir', path('gen'), path('wit')])
    os.makedirs(path('gen/' + HANDLER), exist_ok=True)
    for name in glob.glob(GUIDE + '/*.go'): shutil.copy(name, path('gen/' + HANDLER))
    if not with_logging:
        with open(path('gen/%s/log.go' % HANDLER), 'w') as f: f.write(QUIET)
    replace = runtime_of_bindings(folder)
    with open(path('gen/go.mod'), 'a') as f: f.write(replace)
    env = fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GOFLAGS='-mod=mod', GOTOOLCHAIN='local', **({'GOPROXY': 'off'} if replace else {}))
    try: call([fetch.go(), 'build', '-buildmode=c-shared', '-ldflags=-checklinkname=0', '-o', path('core.wasm'), '.'], env=env, cwd=path('gen'), timeout=600)
    except Failure as e:
        if replace: raise
        raise Skip('the Go package of the bindings cannot be had: %s' % str(e)[-200:])
    call([ctool, 'component', 'embed', '-w', 'wasmcloud:hello/hello', path('wit'), path('core.wasm'), '-o', path('embedded.wasm')])
    call([ctool, 'component', 'new', path('embedded.wasm'), '-o', path('full.wasm')])
    call([ctool, 'optimize', '-Oz', path('full.wasm'), '-o', path('app.wasm')])
    call([ctool, 'strip', '-a', path('app.wasm'), '-o', path('app.wasm')])
    call([ctool, 'validate', path('app.wasm')])
    return path('app.wasm')


def sizes(ctool, folder):
    """full: with names. The reference's default is what wasm-tools makes with its adapter."""
    rows = {name: os.path.getsize(os.path.join(folder, name + '.wasm')) for name in ('core', 'full', 'app')}
    wasm_tools = os.environ.get('WASM_TOOLS') or fetch.program('wasm-tools')
    if wasm_tools:
        out = os.path.join(folder, 'reference.wasm')
        try: call([wasm_tools, 'component', 'new', os.path.join(folder, 'embedded.wasm'), '--adapt', 'wasi_snapshot_preview1=' + fetch.adapter('reactor'), '-o', out])
        except Skip as e: print('sizes: no reference: %s' % e)
        else: rows['reference'] = os.path.getsize(out)
    print('sizes: ' + ', '.join('%s %d' % row for row in rows.items()) + (', ratio %.3f' % (rows['app'] / rows['reference']) if 'reference' in rows else ''))
    check(rows['app'] < 0.9 * rows['full'], rows)


class Other(http.server.BaseHTTPRequestHandler):
    """Another server, which the component asks."""
    def do_GET(self):
        text = b'what was asked for: ' + self.path.encode()
        self.send_response(203)
        self.send_header('content-length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_): pass


def curl(base, path, *words):
    p = subprocess.run(['curl', '-sS', '-m', '120', *words, base + path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode: raise Failure('curl %s: %s' % (path, p.stderr.decode()))
    return p.stdout.decode()


def use(base, work, keeps):
    """`keeps`: the host has one store for all requests."""
    other = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Other)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        said = curl(base, '/?name=you', '-i', '-A', 'somebody')
        check(said.endswith('Hello you from Go!\n') and '200' in said.split('\n')[0] and re.search('^x-asked-by: somebody\r$', said, re.M | re.I), said)
        first, second = (json.loads(curl(base, '/count/visits')) for _ in range(2))
        check(first['name'] == 'visits' and second['count'] == first['count'] + (1 if keeps else 0), (first, second))
        check(json.loads(curl(base, '/count/others'))['count'] == 1, 'counters are not apart')
        body = os.path.join(work, 'body')
        data = bytes(i * 7 % 251 for i in range(300000))
        with open(body, 'wb') as f: f.write(data)
        check(json.loads(curl(base, '/sum', '--data-binary', '@' + body)) == {'bytes': 300000, 'crc32': zlib.crc32(data)}, 'the body came otherwise')
        check(curl(base, '/fetch?url=http%%3A%%2F%%2F127.0.0.1%%3A%d%%2Fthis%%3Fx%%3D1' % other.server_port) == '203 what was asked for: /this?x=1', 'the other server was not asked')
        check('404' in curl(base, '/nothing', '-i').split('\n')[0] and '405' in curl(base, '/sum', '-i').split('\n')[0], 'routes')
    finally: other.shutdown()


def serve(argv, port, work, keeps, env=None):
    """What the server said, after all was asked of it."""
    with run.listening(argv, port, work, env=env, cwd=work) as base: use(base, work, keeps)
    return content(os.path.join(work, 'server.log')).decode('utf-8', 'replace')


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--ctool', required=True)
    a.add_argument('--work')
    a = a.parse_args()
    ctool = os.path.abspath(a.ctool)

    def test(work):
        if not shutil.which('curl'): raise Skip('no curl')
        app = build(ctool, os.path.join(work, 'hello'), True)
        sizes(ctool, os.path.dirname(app))
        jco, port = fetch.node_module('@bytecodealliance/jco') + '/node_modules/.bin/jco', run.free_port()
        maps = ['%s/*=%s/%s.js#*' % (package, GUIDE, package[5:]) for package in ('wasi:keyvalue', 'wasi:logging')]
        log = serve([jco, 'serve', app, '--host', '127.0.0.1', '--port', str(port), '--jco-map', *maps], port, work, True, fetch.node_env())
        check('[info] hello: visits is 2' in log, log)
        print('jco serve: ok')
        wasmtime = run.wasmtime_command()
        if not wasmtime: return print('wasmtime serve: not installed, left out')
        app, port = build(ctool, os.path.join(work, 'quiet'), False), run.free_port()
        serve([wasmtime, 'serve', '-S', 'cli,keyvalue', '--addr', '127.0.0.1:%d' % port, app], port, work, False) # each request has a store of its own there
        print('wasmtime serve: ok')
    return run.alone(a.work, test)


if __name__ == '__main__': sys.exit(main())
