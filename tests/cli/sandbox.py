#!/usr/bin/env python3
"""The sandbox of the commands that read files holds: sandbox.py CTOOL PROBE   (PROBE is built of probe.c)

What the kernel forbids to a process in it is asked of a small program that enters it; that the command is in it, of /proc while it waits for its input. Exit 77
where the kernel has neither Landlock nor seccomp, or the build is one with sanitizers."""
import os, subprocess, sys, tempfile, time

ctool, probe = map(os.path.abspath, sys.argv[1:3])
failures = []


def check(what, good):
    if not good: failures.append(what)


def ask(folder, *words): return subprocess.run([probe, *words], cwd=folder, stdout=subprocess.PIPE, text=True).stdout.split()


def status_of(folder, *words):
    """Seccomp and NoNewPrivs of a process that waits for its input."""
    fifo = os.path.join(folder, 'fifo')
    if not os.path.exists(fifo): os.mkfifo(fifo)
    p = subprocess.Popen([ctool, *words, fifo], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            time.sleep(0.02)
            with open('/proc/%d/wchan' % p.pid) as f: waits = 'fifo' in f.read() or 'wait_for_partner' in f.read()
            with open('/proc/%d/status' % p.pid) as f: fields = dict(line.split(':', 1) for line in f.read().splitlines() if ':' in line)
            if waits or fields['NoNewPrivs'].strip() == '1': time.sleep(0.05); break
        with open('/proc/%d/status' % p.pid) as f: fields = dict(line.split(':', 1) for line in f.read().splitlines() if ':' in line)
        return int(fields['Seccomp']), int(fields['NoNewPrivs'])
    finally:
        p.kill()
        p.wait()


with tempfile.TemporaryDirectory() as folder:
    os.makedirs(os.path.join(folder, 'out'))
    os.symlink(os.path.join('..', 'elsewhere', 'new'), os.path.join(folder, 'out', 'dangling'))
    before = ask(folder, 'open')
    if before[0] == 'unavailable:': sys.exit(print('sandbox: skipped: %s' % ' '.join(before)) or 77)
    check('without the sandbox all can be done: %s' % before, set(before) == {'yes'})
    for what, words, expected in (
            ('starts nothing and writes in one place', ['closed', 'out/file'], 'no no no no no yes yes yes'),
            ('may start what reads DWARF, and writes in one place', ['starting', 'out/file'], 'yes yes yes no no yes yes yes'),
            ('writes nothing but standard output', ['closed', '-'], 'no no no no no no yes yes')):
        got = ask(folder, *words)
        check('%s: %s, not %s' % (what, ' '.join(got), expected), got == expected.split())
    seccomp, privileges = status_of(folder, 'print')
    check('print is in the sandbox: Seccomp %d, NoNewPrivs %d' % (seccomp, privileges), seccomp == 2 and privileges == 1)
    seccomp, privileges = status_of(folder, '--no-sandbox', 'print')
    check('print with --no-sandbox is not: Seccomp %d, NoNewPrivs %d' % (seccomp, privileges), seccomp == 0 and privileges == 0)
    with open(os.path.join(folder, 'm.wat'), 'w') as f: f.write('(module (func))')
    os.makedirs(os.path.join(folder, 'elsewhere'))
    for output in ('out/m.wasm', 'm.wasm', 'out/dangling', os.path.join(folder, 'absolute.wasm')): # what may be written is written
        r = subprocess.run([ctool, 'parse', 'm.wat', '-o', output], cwd=folder, stderr=subprocess.PIPE, text=True)
        check('parse -o %s: %s' % (output, r.stderr), r.returncode == 0 and os.path.getsize(os.path.join(folder, output)) > 8)
    with open(os.path.join(folder, 'w.wit'), 'w') as f: f.write('package a:b; world w { import wasi:cli/stdout@0.2.0; }')
    with open(os.path.join(folder, 'c.wat'), 'w') as f: f.write('(component (core module (func)))')
    for directory in ('new/', './new2/', 'a/b/c', os.path.join(folder, 'd/e/')): # directories that are not there are made
        r = subprocess.run([ctool, 'component', 'wit', 'w.wit', '--out-dir', directory], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        check('component wit --out-dir %s: %s' % (directory, r.stderr), r.returncode == 0 and os.path.exists(os.path.join(folder, directory, 'deps')))
        directory = os.path.join(directory, 'modules/')
        r = subprocess.run([ctool, 'component', 'unbundle', 'c.wat', '--threshold', '0', '--module-dir', directory, '-o', 'out/c.wasm'], cwd=folder, stderr=subprocess.PIPE, text=True)
        check('component unbundle --module-dir %s: %s' % (directory, r.stderr), r.returncode == 0 and len(os.listdir(os.path.join(folder, directory))) == 1)
print('\n'.join(failures) or 'it holds')
sys.exit(bool(failures))
