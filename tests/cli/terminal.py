#!/usr/bin/env python3
"""What a terminal sees of `ctool validate` when it takes longer than a second: terminal.py CTOOL

The second of three files is a pipe, whose writer waits. On the terminal a bar comes and goes; where standard error is no terminal, there is none."""
import os, pty, subprocess, sys, tempfile, threading, time

MODULE = b'\0asm\1\0\0\0'


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
        seen = os.read(ours, 4096).decode()
        assert seen == '\r\x1b[K[################........] 2 of 3\r\x1b[K', repr(seen)
        with tempfile.TemporaryFile() as plain:
            run(ctool, folder, plain)
            assert os.fstat(plain.fileno()).st_size == 0
    print('ok')


if __name__ == '__main__':
    main()
