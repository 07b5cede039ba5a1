#!/usr/bin/env python3
"""linker.py CTOOL.exe WORDS: `ctool ld` on Windows, whose programs the words start (wine), with a linker that links nothing (programs.c) beside ctool: its arguments,
its text and its status, command lines of more than 32,767 characters in and out, and names in any language."""
import os, subprocess, sys, tempfile

ctool, by = os.path.abspath(sys.argv[1]), sys.argv[2].split()
failures = []
MODULE = '(module (memory (export "memory") 1) (func (export "f")))'
WIT = 'package a:b; world w { export f: func(); }'


def check(good, what):
    if not good: failures.append(what)


def run(*words, cwd):
    return subprocess.run([*by, ctool, *words], cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, timeout=120, env={**os.environ, 'NO_COLOR': '1'})


with tempfile.TemporaryDirectory() as around:
    folder = os.path.join(around, 'Ж ä€')
    os.mkdir(folder)
    write = lambda name, text: open(os.path.join(folder, name), 'w', encoding='utf-8').write(text)
    content = lambda name: open(os.path.join(folder, name), 'rb').read()
    linker = os.path.join(os.path.dirname(ctool), 'wasm-ld.exe')
    write('m.wat', MODULE)
    write('w.wit', WIT)
    r = run('parse', 'm.wat', '-o', 'core.wasm', cwd=folder)
    check(r.returncode == 0, 'parse: %s' % r.stderr)
    ours = ['ld', '--wasm-ld-path', linker, '--fake-copy=core.wasm', '--fake-list=list', '--wit', 'w.wit', '-o', 'döner.wasm']
    before = sorted(os.listdir(folder) + ['list', 'döner.wasm'])

    r = run(*ours, 'ä b.o', 'a"b\\.o', 'c\\', '', cwd=folder)
    check(r.returncode == 0 and not r.stderr, 'link: %s' % r.stderr)
    listed = content('list').decode().split('\n')
    check(listed[:-3] == ['--fake-copy=core.wasm', '--fake-list=list', 'ä b.o', 'a"b\\.o', 'c\\', ''], 'the arguments came as %s' % listed)
    check(sorted(os.listdir(folder)) == before, 'left behind: %s' % os.listdir(folder))
    check(content('döner.wasm')[:8] == bytes.fromhex('0061736d0d000100'), 'no component was made')
    check(run('validate', 'döner.wasm', cwd=folder).returncode == 0, 'what was made is not valid')

    # more than Windows takes, in by a response file and out by another
    many = ['%05d-%s.o' % (i, 'ж' * 20) for i in range(3000)]
    write('args', '\n'.join('"%s"' % name for name in many))
    r = run(*ours, '@args', cwd=folder)
    check(r.returncode == 0, 'a long command line: %s' % r.stderr[:300])
    listed = content('list').decode().split('\n')
    check(listed[0] == '--rsp-quoting=posix' and listed[3:3 + len(many)] == many, 'the long command line came as %s...' % listed[:5])

    old = content('döner.wasm')
    r = run(*ours, '--fake-fail', cwd=folder)
    check(r.returncode == 3 and r.stderr == b'wasm-ld: error: as it was told\n', 'a linker that fails: %d %s' % (r.returncode, r.stderr))
    check(content('döner.wasm') == old, 'a linker that fails changed the output')

    r = run('ld', '--wasm-ld-path', 'no such.exe', '-o', 'x.wasm', 'a.o', cwd=folder)
    check(r.returncode == 1 and b'`no such.exe` cannot be run' in r.stderr, 'no linker: %s' % r.stderr)
    check('x.wasm' not in os.listdir(folder), 'an output without a linker')

print('\n'.join(failures) or 'ok')
sys.exit(1 if failures else 0)
