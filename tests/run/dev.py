#!/usr/bin/env python3
"""ctool dev on a real project: dev.py --ctool PATH [NAME...]; each function below named t_NAME is one case. Linux alone.

Exit status 0, 1, or 77 when something cannot be had, which is told.
"""
import argparse, os, re, shlex, shutil, signal, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'support')]
import run
from cases import check, run_cases
from fetch import Skip, program

PATIENCE = 60 # seconds: machines may be busy


class Dev:
    """A running `ctool dev` in a folder, and what it and its children said."""
    def __init__(self, ctool, folder, *words):
        self.folder, self.log = folder, os.path.join(folder, 'log.txt')
        with open(self.log, 'w') as log: self.process = subprocess.Popen([ctool, 'dev', *words], cwd=folder, stdout=log, stderr=log)

    def said(self):
        with open(self.log) as f: return f.read()

    def wait_for(self, pattern, times=1):
        end = time.time() + PATIENCE
        while len(re.findall(pattern, self.said(), re.M)) < times:
            check(time.time() < end and self.process.poll() is None, '"%s" %d times did not come:\n%s' % (pattern, times, self.said()))
            time.sleep(0.02)

    def stays(self, pattern, times, seconds=0.6):
        time.sleep(seconds)
        check(len(re.findall(pattern, self.said(), re.M)) == times, 'more than %d of "%s":\n%s' % (times, pattern, self.said()))

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        check(self.process.wait(PATIENCE) == 128 + number, self.said())

    def __enter__(self): return self

    def __exit__(self, *_):
        if self.process.poll() is None: self.process.send_signal(signal.SIGTERM), self.process.wait(PATIENCE)


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f: f.write(text)


def alive(pid):
    try: os.kill(pid, 0)
    except ProcessLookupError: return False
    with open('/proc/%d/stat' % pid) as f: return f.read().rsplit(')', 1)[1].split()[0] != 'Z'


def gone(pid):
    end = time.time() + PATIENCE
    while alive(pid) and time.time() < end: time.sleep(0.02)
    return not alive(pid)


def t_a_project(ctool, folder):
    """The library of words in C: what its functions give and what its WIT says changes, and the program that calls it is started anew."""
    if not program('make') or not program('clang-19') or not os.path.exists('/usr/lib/wasm32-wasi/libc.a'): raise Skip('no make, clang-19 or wasi-libc')
    run.runtime()
    shutil.copytree(os.path.join(HERE, 'projects', 'make'), folder, dirs_exist_ok=True)
    shutil.copytree(os.path.join(HERE, 'words', 'wit'), os.path.join(folder, 'wit'))
    with open(os.path.join(HERE, 'words', 'words.c')) as f: source = f.read()
    write(folder, 'words.c', source)
    os.symlink(ctool, os.path.join(folder, 'ctool'))
    os.symlink(os.path.abspath(os.path.join(HERE, '..', '..', 'tools', 'cmake', 'ctool.mk')), os.path.join(folder, 'ctool.mk')) # a name without blanks
    host = '%s %s words.component.wasm "some words"; sleep 1000' % tuple(map(shlex.quote, (sys.executable, os.path.join(HERE, 'words', 'host.py'))))
    with Dev(ctool, folder, '--build', 'make CTOOL=./ctool CTOOL_MK=ctool.mk', '--run', host) as dev:
        dev.wait_for('^shout:   SOME WORDS$')
        write(folder, 'words.c', source.replace('toupper', 'tolower'))
        dev.wait_for('^ctool dev: changed: words.c$')
        dev.wait_for('^shout:   some words$')
        with open(os.path.join(folder, 'wit', 'world.wit'), 'a') as f: f.write('// one more line\n')
        dev.wait_for('^ctool dev: changed: wit/world.wit$')
        dev.wait_for('^shout:   some words$', 2)
        write(folder, 'words.c', source.replace('toupper', 'no_such_function_at_all'))
        dev.wait_for('the build failed with status 2; what ran goes on running')
        write(folder, 'words.c', source)
        dev.wait_for('^shout:   SOME WORDS$', 2)
        dev.stays('ctool dev: building', 5)


def t_changes_that_come_together_build_once(ctool, folder):
    write(folder, 'a.c', '')
    with Dev(ctool, folder, '--build', 'echo built it', '.') as dev:
        dev.wait_for('^built it$')
        for i in range(30): write(folder, 'src/deep/%d.c' % (i % 7), str(i))
        dev.wait_for('^built it$', 2)
        dev.stays('^built it$', 2)


def t_what_builds_and_programs_write_starts_nothing(ctool, folder):
    """Outputs, logs, hidden files and what editors leave; a source that the build makes anew each time, from its second time on."""
    write(folder, 'a.c', '')
    write(folder, 'made.h', 'old')
    build = 'echo built it; mkdir -p build; echo x > build/x.c; echo x > app.wasm; date +%N > made.h; date +%N > first_made.h'
    with Dev(ctool, folder, '--build', build, '--run', 'echo x > app.log; echo x > data.db; echo ran it') as dev:
        dev.wait_for('^built it$', 2)
        dev.wait_for('^ran it$', 2)
        dev.stays('^built it$', 2)
        for name in ('.hidden.c', '.git/x.c', 'build/y.c', 'a.c~', '.a.c.swp', 'notes', 'target/z.rs'): write(folder, name, 'x')
        dev.stays('^built it$', 2)
        write(folder, 'a.c', 'x')
        dev.wait_for('^built it$', 3)
        dev.stays('^built it$', 3)


def t_a_change_during_a_build_is_not_lost(ctool, folder):
    write(folder, 'a.c', 'one')
    with Dev(ctool, folder, '--build', 'cat a.c; sleep 0.7; echo; echo built it') as dev:
        dev.wait_for('^one')
        write(folder, 'a.c', 'two')
        dev.wait_for('^two')
        dev.wait_for('^built it$', 2)
        dev.stays('^built it$', 2)


def t_new_removed_and_moved_files(ctool, folder):
    write(folder, 'a.wit', '')
    with Dev(ctool, folder, '--build', 'echo built it', '--watch', '.txt', '--watch', 'Odd') as dev:
        dev.wait_for('^built it$')
        moves = [lambda: write(folder, 'new/b.wit', 'x'), lambda: os.rename(folder + '/new/b.wit', folder + '/new/c.wit'), lambda: os.unlink(folder + '/a.wit'),
                 lambda: write(folder, 'new/d.txt', 'x'), lambda: write(folder, 'Odd', 'x')]
        for i, move in enumerate(moves):
            move()
            dev.wait_for('^built it$', i + 2)
            dev.stays('^built it$', i + 2, 0.3)


def t_all_that_was_started_ends(ctool, folder):
    """At a restart and at the end: the shell, its children, and such as do not heed SIGTERM."""
    write(folder, 'a.c', '')
    command = '(trap "" TERM; sleep 1000 & echo $! > $(date +%N).pid; wait) & sleep 1001 & echo $! > $(date +%N).pid; echo $$ > $(date +%N).pid; echo ran it; wait'
    pids = lambda: {int(open(os.path.join(folder, n)).read()) for n in os.listdir(folder) if n.endswith('.pid') and os.path.getsize(os.path.join(folder, n))}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Dev(ctool, folder, '--build', 'true', '--run', command) as dev:
            dev.wait_for('^ran it$')
            time.sleep(0.3)
            first = pids()
            check(len(first) >= 3 and all(alive(pid) for pid in first), str(first))
            write(folder, 'a.c', 'x')
            dev.wait_for('^ran it$', 2)
            check(all(gone(pid) for pid in first), 'old processes live on')
            time.sleep(0.3)
            second = pids() - first
            check(len(second) >= 3)
            dev.end(number)
            check(all(gone(pid) for pid in second), 'processes live on')
        for name in os.listdir(folder):
            if name.endswith('.pid'): os.unlink(os.path.join(folder, name))


def t_idle_is_idle(ctool, folder):
    """Nothing is polled: while nothing happens no time is used, and the scheduler never ran it."""
    write(folder, 'a.c', '')
    with Dev(ctool, folder, '--build', 'echo built it', '--run', 'sleep 1000') as dev:
        dev.wait_for('^ctool dev: running')
        time.sleep(0.5)
        def wakes():
            with open('/proc/%d/status' % dev.process.pid) as f: return sum(int(n) for n in re.findall(r'ctxt_switches:\s*(\d+)', f.read()))
        before = wakes()
        time.sleep(2)
        check(wakes() - before <= 1, '%d switches in two seconds' % (wakes() - before))


def t_usage(ctool, folder):
    r = subprocess.run([ctool, 'dev', '--run', 'x'], capture_output=True, text=True)
    check(r.returncode == 2 and '--build' in r.stderr)
    r = subprocess.run([ctool, 'dev', '--build', 'x', os.path.join(folder, 'none')], capture_output=True, text=True)
    check(r.returncode == 1 and 'no directory' in r.stderr, r.stderr)


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--ctool', required=True)
    a.add_argument('names', nargs='*')
    a = a.parse_args()
    if not sys.platform.startswith('linux'): return print('skipped: ctool dev is for Linux') or 77
    run.with_runtime()
    return run_cases(globals(), a.names, lambda case, folder: case(os.path.abspath(a.ctool), folder), Skip)


if __name__ == '__main__': sys.exit(main())
