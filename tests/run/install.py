#!/usr/bin/env python3
"""What `cmake --install` and cpack give, used as a project would: install.py --build DIR [NAME...]; each function below named t_NAME is one case.

Exit status 0, 1, or 77 when something was left out that could not be had, which is told.
"""
import argparse, os, shutil, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'support')]
import fetch
from cases import check, run_cases
from fetch import Skip


class Place:
    def __init__(self, build, folder):
        self.build, self.folder, self.lacks = build, folder, '' # what could not be had, though the case went on
        self.prefix = os.path.join(folder, 'a prefix')
        self.call('cmake', '--install', build, '--prefix', self.prefix)
        self.ctool = os.path.join(self.prefix, 'bin', 'ctool')
        self.config = os.path.join(self.prefix, 'lib', 'cmake', 'ctool')

    def call(self, *words, cwd=None, env=None, good=True):
        r = subprocess.run(words, cwd=cwd or self.folder, capture_output=True, text=True, env={**os.environ, **(env or {})})
        if good and r.returncode: raise AssertionError('%s: %s%s' % (' '.join(words), r.stdout, r.stderr))
        return r.stdout + r.stderr

    def config_link(self):
        """The folder of what builds include, by a name without blanks, at which make splits."""
        link = os.path.join(self.folder, 'config')
        if not os.path.exists(link): os.symlink(self.config, link)
        return link

    def project(self, name):
        """A copy of projects/NAME with the sources of words."""
        folder = os.path.join(self.folder, name)
        shutil.copytree(os.path.join(HERE, 'projects', name), folder)
        shutil.copy(os.path.join(HERE, 'words', 'words.c'), folder)
        shutil.copytree(os.path.join(HERE, 'words', 'wit'), os.path.join(folder, 'wit'))
        return folder

    def run(self, component):
        python = os.path.join(HERE, '..', '..', 'build', 'venv', 'bin', 'python') # tools/test makes it
        if not os.path.exists(python):
            self.lacks = 'no build/venv, to run the component'
            return
        out = self.call(python, os.path.join(HERE, 'words', 'host.py'), component, 'a few words')
        check('A FEW WORDS' in out, out)

    def builds(self, folder, component, *words, settling=0, **options):
        """The command `words` makes a component that runs; again when the WIT has changed, and not when nothing has. That is asked after `settling` builds."""
        build = lambda: self.call(*words, **options)
        build()
        for _ in range(settling): build()
        self.run(component)
        first = os.stat(component).st_mtime_ns
        time.sleep(1.1)
        build()
        check(os.stat(component).st_mtime_ns == first, 'made again though nothing changed')
        wit = os.path.join(folder, 'wit', 'world.wit')
        with open(wit, 'a') as f: f.write('// later\n')
        build()
        check(os.stat(component).st_mtime_ns > first, 'not made again though the WIT changed')


def need(program):
    if not shutil.which(program): raise Skip('no ' + program)


def without_ctool():
    return ':'.join(d for d in os.environ['PATH'].split(':') if not os.path.exists(os.path.join(d, 'ctool')))


def t_cmake(p):
    folder = p.project('cmake')
    out = os.path.join(folder, 'build')
    for generator in ('Ninja', 'Unix Makefiles'):
        need('ninja' if generator == 'Ninja' else 'make')
        shutil.rmtree(out, ignore_errors=True)
        for _ in range(2): # anew, it finds what it found, and has nothing to say either
            said = p.call('cmake', '-G', generator, '--toolchain', os.path.join(p.config, 'wasi.cmake'), '-S', folder, '-B', out, env={'PATH': without_ctool()})
            check('arning' not in said, said)
        p.builds(folder, os.path.join(out, 'words.component.wasm'), 'cmake', '--build', out)
        check(os.path.exists(os.path.join(out, 'words.wasm')), 'the module has another name than words.wasm')
        with open(os.path.join(out, 'CMakeCache.txt')) as f: check('CTOOL_EXECUTABLE:FILEPATH=' + p.ctool in f.read(), 'another ctool was taken')


def t_make(p):
    need('make')
    folder = p.project('make')
    p.builds(folder, os.path.join(folder, 'words.component.wasm'),
             'make', 'CTOOL="%s"' % p.ctool, 'CTOOL_MK=' + os.path.join(p.config, 'ctool.mk').replace(' ', '\\ '), cwd=folder) # as ctool.mk says


def t_meson(p):
    need('meson')
    folder = p.project('meson')
    env = {'PATH': os.path.dirname(p.ctool) + ':' + os.environ['PATH']}
    out = os.path.join(folder, 'build')
    p.call('meson', 'setup', out, folder, '--cross-file', os.path.join(folder, 'wasi.txt'), env=env)
    p.builds(folder, os.path.join(out, 'words.component.wasm'), 'ninja', '-C', out, env=env)


def t_zig(p):
    env = zig_on_path(p, {'PATH': os.path.dirname(p.ctool) + ':' + os.environ['PATH']})
    folder = p.project('zig')
    # zig does not trust what it noted about files that were written in the same moment: one time in eight its second build runs ctool once more, the third never.
    p.builds(folder, os.path.join(folder, 'zig-out', 'words.component.wasm'), 'zig', 'build', settling=1, cwd=folder, env=env)


def zig_on_path(p, env):
    """zig of the Python package ziglang; what it compiles of its own library is kept."""
    command, variables = fetch.zig('c')
    return {**env, 'PATH': env['PATH'] + ':' + os.path.dirname(command[0]), 'ZIG_GLOBAL_CACHE_DIR': variables['ZIG_GLOBAL_CACHE_DIR']}


def go_on_path(env): return {**fetch.clean_env(), **env, 'PATH': os.path.dirname(fetch.go()) + ':' + env['PATH'], 'GOFLAGS': '-mod=mod', 'GOTOOLCHAIN': 'local'}


def t_go(p):
    need('make')
    folder = p.project('go')
    os.unlink(os.path.join(folder, 'words.c')) # Go would want cgo
    p.builds(folder, os.path.join(folder, 'words.component.wasm'), 'make', 'CTOOL_MK=' + os.path.join(p.config_link(), 'ctool.mk'), cwd=folder,
             env=go_on_path({'PATH': os.path.dirname(p.ctool) + ':' + os.environ['PATH']}))


def t_lines_of_the_README(p):
    """In a fresh clone, which has the release that was built here: the lines that begin with $, one after the other, and what they make runs."""
    need('git')
    clone, root = os.path.join(p.folder, 'clone'), os.path.join(HERE, '..', '..')
    p.call('git', 'clone', '-q', '--no-hardlinks', root, clone)
    os.makedirs(os.path.join(clone, 'build'))
    os.symlink(p.build, os.path.join(clone, 'build', 'release'))
    with open(os.path.join(root, 'README.md')) as f: text = f.read()
    section = text[text.index('## In a build'):]
    block = section[section.index('```console\n') + 11:]
    lines = [line[2:] for line in block[:block.index('```')].split('\n') if line.startswith('$ ')]
    check(len(lines) > 5, 'the block of lines was not found')
    for program in ('make', 'cmake', 'meson', 'pkg-config', 'clang-19'): need(program)
    p.call('bash', '-euc', '\n'.join(lines), cwd=clone, env=go_on_path(zig_on_path(p, {'PATH': os.environ['PATH']})))
    for component in ('make', 'cmake/build', 'meson/build', 'zig/zig-out', 'go'): p.run(os.path.join(clone, 'out', component, 'words.component.wasm'))


def t_what_is_not_built_yet(p):
    """After a build of the command alone, as that of tools/quickstart: here the pages are what is missing."""
    made = os.path.join(p.build, 'tools', 'cmake', 'pages', 'made')
    os.unlink(made)
    out = p.call('cmake', '--install', p.build, '--prefix', os.path.join(p.folder, 'other'))
    check('Building what is installed' in out and os.path.exists(made), out)
    check(os.path.exists(os.path.join(p.folder, 'other', 'share', 'man', 'man1', 'ctool.1')), out)
    check('Building' not in p.call('cmake', '--install', p.build, '--prefix', os.path.join(p.folder, 'other')))


API = '''#include <ctool/ctool.h>
#include <stdio.h>
int main(void) {
  printf("%s %d\\n", ct_version(), (int)ct_kind_of((ct_slice){(const uint8_t *)"\\0asm\\1\\0\\0\\0", 8}));
  return 0;
}
'''


def t_pkg_config(p):
    need('pkg-config')
    with open(os.path.join(p.folder, 'api.c'), 'w') as f: f.write(API)
    link = os.path.join(p.folder, 'prefix')
    os.symlink(p.prefix, link)
    pc = os.path.join(link, 'lib', 'pkgconfig')
    flags = p.call('pkg-config', '--cflags', '--libs', 'ctool', env={'PKG_CONFIG_PATH': pc}).split()
    p.call('cc', 'api.c', *flags, '-o', 'api')
    check(p.call('./api', env={'LD_LIBRARY_PATH': os.path.join(link, 'lib')}).endswith(' 0\n'))
    flags = p.call('pkg-config', '--static', '--cflags', '--libs', 'ctool', env={'PKG_CONFIG_PATH': pc}).split()
    p.call('cc', 'api.c', *[f if f != '-lctool' else '-l:libctool.a' for f in flags], '-o', 'api')
    check(p.call('./api').endswith(' 0\n'))


def t_find_package_for_C(p):
    with open(os.path.join(p.folder, 'api.c'), 'w') as f: f.write(API)
    with open(os.path.join(p.folder, 'CMakeLists.txt'), 'w') as f:
        f.write('cmake_minimum_required(VERSION 3.20)\nproject(x C)\nfind_package(ctool 0.1 REQUIRED)\nforeach(form static shared)\n'
                'add_executable(${form} api.c)\ntarget_link_libraries(${form} PRIVATE ctool::${form})\nendforeach()\n')
    p.call('cmake', '-S', '.', '-B', 'b', '-Dctool_DIR=' + p.config)
    p.call('cmake', '--build', 'b')
    check(p.call('b/static') == p.call('b/shared'))


def t_the_C_API_of_the_README(p):
    """Its program compiles without a warning, as C and with what pkg-config says, and makes the component that the command makes."""
    need('pkg-config')
    folder = p.project('make')
    with open(os.path.join(HERE, '..', '..', 'README.md')) as f: text = f.read()
    section = text[text.index('## The C API on one page'):]
    with open(os.path.join(folder, 'api.c'), 'w') as f: f.write(section[section.index('```c\n') + 5:].split('```')[0])
    link = os.path.join(p.folder, 'prefix')
    os.symlink(p.prefix, link)
    flags = p.call('pkg-config', '--static', '--cflags', '--libs', 'ctool', env={'PKG_CONFIG_PATH': os.path.join(link, 'lib', 'pkgconfig')}).split()
    p.call('cc', '-std=c11', '-Wall', '-Wextra', '-Werror', 'api.c', *[f if f != '-lctool' else '-l:libctool.a' for f in flags], '-o', 'api', cwd=folder)
    need('clang-19')
    p.call('clang-19', '--target=wasm32-wasi', '-mexec-model=reactor', '-Oz', 'words.c', '-o', 'core.wasm', cwd=folder)
    p.call(os.path.join(folder, 'api'), 'core.wasm', 'wit', 'ours.wasm', cwd=folder)
    p.call(p.ctool, 'component', 'new', 'core.wasm', '--wit', 'wit', '-o', 'its.wasm', cwd=folder)
    check(open(os.path.join(folder, 'ours.wasm'), 'rb').read() == open(os.path.join(folder, 'its.wasm'), 'rb').read())
    said = p.call(os.path.join(folder, 'api'), 'core.wasm', 'none', 'no.wasm', cwd=folder, good=False)
    check(said.startswith('error: ') and not os.path.exists(os.path.join(folder, 'no.wasm')), said)


def t_pages_and_completions(p):
    need('man')
    check(p.call(p.ctool, 'man', 'ctool') == p.call(p.ctool, 'man'))
    check(p.call('man', '-w', 'ctool', env={'MANPATH': os.path.join(p.prefix, 'share', 'man')}).strip().endswith('man1/ctool.1'))
    for page in sorted(os.listdir(os.path.join(p.prefix, 'share', 'man', 'man1'))):
        out = p.call('man', '--warnings', '-E', 'UTF-8', '-l', os.path.join(p.prefix, 'share', 'man', 'man1', page), env={'MANROFFSEQ': '', 'MANWIDTH': '100'})
        check('NAME' in out and 'warning' not in out, page)
    p.call('bash', '-n', os.path.join(p.prefix, 'share', 'bash-completion', 'completions', 'ctool'))


def t_packages_are_the_same_twice(p):
    need('cpack')
    made = []
    for name in ('one', 'two'):
        folder = os.path.join(p.folder, name)
        p.call('cpack', '--config', os.path.join(p.build, 'CPackConfig.cmake'), '-B', folder)
        files = sorted(f for f in os.listdir(folder) if f.endswith(('.deb', '.tar.gz')))
        made.append({f: open(os.path.join(folder, f), 'rb').read() for f in files})
        time.sleep(1.1)
    check(len(made[0]) == 2, str(list(made[0])))
    for name in made[0]: check(made[0][name] == made[1][name], name + ' differs')


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--build', required=True)
    a.add_argument('names', nargs='*')
    a = a.parse_args()
    if not shutil.which('clang-19') or not os.path.isdir('/usr/lib/wasm32-wasi'):
        print('install: skipped: no clang-19 or wasi-libc')
        return 77

    def call(case, folder):
        place = Place(os.path.abspath(a.build), folder)
        case(place)
        if place.lacks: raise Skip(place.lacks)

    return run_cases(globals(), a.names, call, Skip)


sys.exit(main())
