#!/usr/bin/env python3
"""ctool built twice, in two directories and on two days, is the same bytes: the programs, the libraries, the packages of cpack, and the components that each of them
makes of one program, compiled in each directory. The second day is faketime's. Where that is missing, or a compiler for WASI, the rest is compared, and it is told.

usage: twice.py [FOLDER]: keeps both builds there
"""
import hashlib, os, shutil, subprocess, sys, tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
BUILT = ['ctool', 'ctool-dwarf', 'libctool.a', 'libctool.so']
DAYS = [None, '2031-02-03 04:05:06']


def run(words, cwd, day):
    env = {k: v for k, v in os.environ.items() if k not in ('SOURCE_DATE_EPOCH', 'CTOOL_LD_FLAGS')}
    env['CCACHE_DISABLE'] = '1' # which would give the second build the objects of the first
    if day: words = ['faketime', '-f', '@' + day, *words]
    r = subprocess.run(words, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if r.returncode: sys.exit('%s in %s: %s' % (' '.join(words), cwd, r.stdout[-3000:]))
    return r.stdout


def copy(to):
    """The files of the tree, without builds: those that git knows, or all where there is no git."""
    if os.path.exists(os.path.join(ROOT, '.git')) and shutil.which('git'):
        names = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'], capture_output=True, check=True).stdout.split(b'\0')
        for name in filter(None, map(os.fsdecode, names)):
            if name.startswith(('corpus/', 'fuzz/', 'tests/')) and not name.startswith('tests/run/words/'): continue
            os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
            if os.path.exists(os.path.join(ROOT, name)): shutil.copy2(os.path.join(ROOT, name), os.path.join(to, name))
    else: shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns('build', 'corpus', '.git'), dirs_exist_ok=True)


def components(source, ctool, day):
    """What a C program becomes by this ctool: by commands, and behind the compiler."""
    words = os.path.join(source, 'tests', 'run', 'words')
    clang = ['clang-19', '--target=wasm32-wasi', '-mexec-model=reactor', '-Oz', 'words.c']
    run([*clang, '-o', 'core.wasm'], words, day)
    run([ctool, 'component', 'embed', 'wit', 'core.wasm', '-o', 'embedded.wasm'], words, day)
    run([ctool, 'component', 'new', 'embedded.wasm', '-o', 'app.wasm'], words, day)
    run([ctool, 'optimize', '-Oz', 'app.wasm', '-o', 'small.wasm'], words, day)
    run([ctool, 'strip', '--split-debug', 'debug.wasm', 'app.wasm', '-o', 'split.wasm'], words, day)
    linker = os.path.join(words, 'wasm-component-ld')
    os.symlink(ctool, linker)
    run([*clang, '-fuse-ld=' + linker, '-Wl,--wit,wit', '-o', 'linked.wasm'], words, day)
    return {'component ' + name: os.path.join(words, name) for name in ('embedded.wasm', 'app.wasm', 'small.wasm', 'split.wasm', 'debug.wasm', 'linked.wasm')}


def build(source, day):
    out = os.path.join(source, 'build', 'release')
    copy(source)
    run(['cmake', '-S', source, '-B', out, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release', '-DCTOOL_TESTS=OFF'], source, day)
    run(['cmake', '--build', out], source, day)
    run(['cpack', '--config', os.path.join(out, 'CPackConfig.cmake'), '-B', os.path.join(out, 'packages')], out, day)
    files = {name: os.path.join(out, name) for name in BUILT if os.path.exists(os.path.join(out, name))}
    files |= {'package ' + name: os.path.join(out, 'packages', name) for name in os.listdir(os.path.join(out, 'packages')) if name.endswith(('.deb', '.tar.gz'))}
    if shutil.which('clang-19') and os.path.isdir('/usr/lib/wasm32-wasi'): files |= components(source, os.path.join(out, 'ctool'), day)
    return {name: (hashlib.sha256(open(path, 'rb').read()).hexdigest(), os.path.getsize(path)) for name, path in files.items()}


def compare(folder):
    lacks = [what for what, there in (('faketime, for the second day', shutil.which('faketime')), ('clang-19 and wasi-libc, for components', shutil.which('clang-19') and os.path.isdir('/usr/lib/wasm32-wasi'))) if not there]
    sources = [os.path.join(folder, name) for name in ('one', 'a second directory with a longer name')]
    days = DAYS if shutil.which('faketime') else [None, None]
    made = [build(source, day) for source, day in zip(sources, days)]
    if set(made[0]) != set(made[1]) or 'ctool' not in made[0]: sys.exit('other files: %s and %s' % tuple(map(sorted, made)))
    differing = [name for name in made[0] if made[0][name] != made[1][name]]
    for name in sorted(made[0]): print('%-9s %9d  %s' % ('DIFFERENT' if name in differing else 'same', made[0][name][1], name))
    if differing: return 1
    for what in lacks: print('skipped: no ' + what)
    return 77 if lacks else 0


for program in ('cmake', 'ninja', 'cpack'):
    if not shutil.which(program): print('skipped: no ' + program); sys.exit(77)
if len(sys.argv) > 1: sys.exit(compare(os.path.abspath(sys.argv[1])))
with tempfile.TemporaryDirectory() as folder: sys.exit(compare(folder))
