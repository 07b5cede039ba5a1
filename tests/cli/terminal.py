#!/usr/bin/env python3
"""What a terminal sees, and a file does not: terminal.py CTOOL

Of `ctool validate`, when it takes longer than a second, a bar that comes and goes: the second of three files is a pipe, whose writer waits.
Of a failure, how to be told more of it."""
import os, pty, select, subprocess, sys, tempfile, threading, time

MODULE = b'\0asm\1\0\0\0'


def read(ours):
    """What was written to the terminal: it comes in pieces, the last of them after the writer has ended."""
    seen = b''
    while select.select([ours], [], [], 0.3)[0]: seen += os.read(ours, 4096)
    return seen.decode()


def run(ctool, folder, stderr):
    paths = [os.path.join(folder, name) for name in ('a.wasm', 'pipe', 'z.wasm')]
    child = subprocess.Popen([ctool, 'validate', '-v'] + paths, stdout=subprocess.PIPE, stderr=stderr, stdin=subprocess.DEVNULL)

    def feed():
        with open(paths[1], 'wb') as pipe:
            time.sleep(1.2)
            pipe.write(MODULE)

    threading.Thread(target=feed, daemon=True).start()
    out = child.communicate()[0].decode()
    assert child.returncode == 0, child.returncode
    assert out == ''.join('%s: valid core module\n' % p for p in paths), out


def fail(ctool, stderr, *more):
    status = subprocess.run([ctool, 'validate', *more, '/nowhere/x.wasm'], stdout=subprocess.DEVNULL, stderr=stderr, stdin=subprocess.DEVNULL).returncode
    assert status == 1, status


def fails(ctool, ours, theirs):
    fail(ctool, theirs)
    seen = read(ours)
    assert seen.startswith('error: ') and seen.endswith('\r\n  = more: ctool explain 900\r\n'), repr(seen)
    fail(ctool, theirs, '--error-format', 'json')
    assert 'more' not in read(ours)
    with tempfile.TemporaryFile() as plain:
        fail(ctool, plain)
        plain.seek(0)
        assert b'more' not in plain.read()


def main():
    ctool = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        for name in ('a.wasm', 'z.wasm'):
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(MODULE)
        os.mkfifo(os.path.join(folder, 'pipe'))
        try:
            ours, theirs = pty.openpty()
        except OSError as e: # a container without devpts
            print('terminal: skipped: %s' % e)
            sys.exit(77)
        run(ctool, folder, theirs)
        seen = read(ours)
        assert seen == '\r\x1b[K[################........] 2 of 3\r\x1b[K', repr(seen)
        fails(ctool, ours, theirs)
        with tempfile.TemporaryFile() as plain:
            run(ctool, folder, plain)
            assert os.fstat(plain.fileno()).st_size == 0
    print('ok')


if __name__ == '__main__':
    main()
