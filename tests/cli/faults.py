#!/usr/bin/env python3
"""What goes wrong around ctool: faults.py CTOOL DYNAMIC [NAME...]; each function below named t_NAME is one case.

Whatever happens, an output is the old one whole or the new one whole, nothing else stays in its folder, and a message says what is wrong. What a machine does not
let us do (another user, a small file system) is left out with a word. DYNAMIC is the same command, for a library that stands between it and the system.
"""
import collections, os, re, resource, shutil, signal, struct, subprocess, sys, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
from cases import check, run_cases
from framing import MODULE, custom

EMPTY_WIT = 'package a:b;\nworld w {}\n'
SKIPPED = []


NAMED = MODULE + custom(b'name', b'\0\2\1a')
BIG = MODULE + custom(b'x', bytes(3_000_000)) # mapped, more than a pipe or 512 bytes hold, and nothing to compute


class Place:
    def __init__(self, ctool, folder):
        self.ctool, self.folder = ctool, folder

    def path(self, name): return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), 'wb') as f: f.write(data if isinstance(data, bytes) else data.encode())
        return self.path(name)

    def read(self, name):
        with open(self.path(name), 'rb') as f: return f.read()

    def names(self): return sorted(os.listdir(self.folder))

    def start(self, *words, **options):
        options = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'cwd': self.folder, **options}
        return subprocess.Popen([self.ctool, *words], **options)

    def run(self, *words, wants=0, says='', input=None, **options):
        if input is not None: options['stdin'] = subprocess.PIPE
        child = self.start(*words, **options)
        out, err = child.communicate(input, timeout=20)
        err = (err or b'').decode('utf-8', 'backslashreplace')
        check(child.returncode == wants and says in err, '%s: status %d, wanted %d and "%s": %s' % (' '.join(map(str, words)), child.returncode, wants, says, err))
        return out, err


# ---- outputs that are one file

def t_outputs_that_are_one(p):
    p.write('in.wasm', MODULE)
    p.write('old', 'old')
    os.symlink('old', p.path('link'))
    os.link(p.path('old'), p.path('hard'))
    os.symlink('none', p.path('loose'))
    before = p.names()
    new = ('component', 'new', 'in.wasm')
    for a, b in (('old', 'old'), ('old', 'link'), ('old', './old'), ('old', 'hard'), ('none', './none'), ('none', 'loose'), ('-', '-')):
        for option, command in (('--dep-file', new), ('--split-debug', ('strip', 'in.wasm'))):
            says = 'both name' if a == b else 'are one file'
            p.run(*command, '-o', a, option, b, wants=2, says=says)
    p.run('strip', 'in.wasm', '--split-debug', '-', wants=2, says='both name standard output')
    p.run(*new, '-o', 'o', '--dep-file', 'in.wasm', wants=2, says='over the input in.wasm')
    p.run('ld', 'in.wasm', '-o', 'old', '--dep-file', 'link', wants=2, says='one file')
    p.run('ld', 'in.wasm', '-o', 'o', '--dep-file', 'in.wasm', wants=2, says='over the input in.wasm')
    p.run('size', 'in.wasm', '--html', 'in.wasm', wants=2, says='over the input')
    p.run('size', 'in.wasm', '--html', 'page', '-o', 'other', wants=2, says='--output has no place')
    p.run('wasm-opt', 'in.wasm', '--print', '-o', '-', wants=2, says='standard output')
    with open(p.path('old'), 'ab') as out: p.run('strip', 'in.wasm', '--split-debug', 'old', stdout=out, wants=2, says='one file')
    p.write('w.wit', EMPTY_WIT)
    p.run(*new, '--wit', 'w.wit', '-o', 'o', '--dep-file', 'w.wit', wants=1, says='over w.wit, the input')
    check(p.read('old') == b'old' and p.read('in.wasm') == MODULE and p.read('w.wit') == EMPTY_WIT.encode())
    check(p.names() == sorted(before + ['w.wit']), p.names())
    p.run(*new, '-o', '/dev/null', '--dep-file', '/dev/null')
    for name in '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1': # somebody's open file: what stands there stays, what comes later comes after
        with open(p.path('log'), 'wb') as log:
            log.write(b'before')
            log.flush()
            p.run('strip', 'in.wasm', '-o', name, stdout=log)
            log.seek(0, os.SEEK_END)
            log.write(b'after')
        logged = p.read('log')
        check(logged.startswith(b'before\0asm') and logged.endswith(b'after'), '%s: %r' % (name, logged))
    p.run(*new, '-o', 'in.wasm')


def t_files_of_a_directory(p):
    """Names that the user did not give must not hit those that he gave."""
    p.write('in.wat', '(component (core module (func (export "f"))))')
    os.mkdir(p.path('d'))
    p.run('component', 'unbundle', 'in.wat', '--module-dir', 'd', '--threshold', '0', '-o', 'd/unbundled-module0.wasm', wants=1, says='the output')
    p.run('component', 'unbundle', 'in.wat', '--module-dir', 'd', '--threshold', '0', '-o', 'none/out', wants=1, says='its directory does not exist')
    check(os.listdir(p.path('d')) == [], 'a module without its component')
    p.run('component', 'unbundle', 'in.wat', '--module-dir', 'd', '--threshold', '0', '-o', 'out')
    check(os.listdir(p.path('d')) == ['unbundled-module0.wasm'])


def t_empty_names(p):
    p.write('in.wasm', MODULE)
    before = p.names()
    for command in (('strip', 'in.wasm'), ('print', 'in.wasm'), ('component', 'new', 'in.wasm'), ('ld', 'in.wasm')):
        p.run(*command, '-o', '', wants=2, says='--output needs a name')
    p.run('wasm-opt', 'in.wasm', '-o', '', wants=2, says='needs a name')
    p.run('component', 'wit', 'in.wasm', '--out-dir', '', wants=2, says='--out-dir needs a name')
    p.run('component', 'new', 'in.wasm', '-o', 'o', '--dep-file=', wants=2, says='--dep-file needs a name')
    check(p.names() == before)


# ---- outputs that cannot be written

def t_both_or_none(p):
    """The component and its dependencies: neither when one of them cannot be written."""
    p.write('in.wasm', NAMED)
    p.write('o', 'old')
    p.write('d', 'old')
    os.mkdir(p.path('directory'))
    before = p.names()
    for dep in ('none/d', 'directory', '/dev/full'):
        p.run('component', 'new', 'in.wasm', '-o', 'o', '--dep-file', dep, wants=1, says=dep)
    for o in ('none/o', 'directory', '/dev/full'):
        p.run('component', 'new', 'in.wasm', '-o', o, '--dep-file', 'd', wants=1, says=o)
        p.run('strip', 'in.wasm', '-o', o, '--split-debug', 'd', wants=1, says=o)
    check(p.read('o') == b'old' and p.read('d') == b'old' and p.names() == before, p.names())


def t_links(p):
    p.write('in.wasm', MODULE)
    os.mkdir(p.path('sub'))
    for link, to in (('dangling', 'sub/new'), ('far', 'dangling2'), ('dangling2', 'sub/other'), ('loop', 'loop'), ('nowhere', 'none/x')): os.symlink(to, p.path(link))
    p.run('strip', 'in.wasm', '-o', 'dangling')
    p.run('strip', 'in.wasm', '-o', 'far')
    p.run('strip', 'in.wasm', '-o', 'loop', wants=1, says='ymbolic link')
    p.run('strip', 'in.wasm', '-o', 'nowhere', wants=1, says='does not exist')
    check(all(os.path.islink(p.path(n)) for n in ('dangling', 'far', 'dangling2', 'loop', 'nowhere')))
    check(sorted(os.listdir(p.path('sub'))) == ['new', 'other'] and p.read('dangling') == MODULE)


def t_limit_of_file_size(p):
    p.write('in.wasm', BIG)
    p.write('o', 'old')
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
    p.run('strip', '-d', '^y$', 'in.wasm', '-o', 'o', preexec_fn=limit, wants=1, says='cannot write: File too large')
    check(p.read('o') == b'old' and p.names() == ['in.wasm', 'o'], p.names())


def t_full_disk(p):
    disk = p.path('disk')
    os.mkdir(disk)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', disk], stderr=subprocess.DEVNULL).returncode:
        return SKIPPED.append('a full disk: nothing can be mounted')
    try:
        p.write('in.wasm', BIG + NAMED[8:])
        p.write('disk/o', 'old')
        p.write('disk/d', 'old')
        for words in (('-o', 'disk/o'), ('-o', 'disk/o', '--split-debug', 'disk/d')):
            p.run('strip', '-d', '^y$', 'in.wasm', *words, wants=1, says='No space left')
        check(p.read('disk/o') == b'old' and p.read('disk/d') == b'old' and sorted(os.listdir(disk)) == ['d', 'o'], os.listdir(disk))
    finally:
        subprocess.run(['umount', disk], check=True)


def t_standard_output_is_full(p):
    p.write('in.wasm', MODULE)
    for words in (('--help',), ('--version',), ('help', 'strip'), ('strip', '--help'), ('component', '--help'), ('explain',), ('completion', 'bash'), ('man',), ('man', 'strip'),
                  ('optimize', '--list-passes'), ('doctor',), ('digest', 'in.wasm'), ('validate', '-v', 'in.wasm'), ('print', 'in.wasm'), ('dump', 'in.wasm'), ('ld', '--version')):
        with open('/dev/full', 'wb') as full: p.run(*words, stdout=full, wants=1, says='No space left')


def t_closed_streams(p):
    """What is opened does not get the number of a standard stream, and printing to one that is closed is a failure."""
    p.write('in.wasm', MODULE)
    run = lambda command: subprocess.run(['sh', '-c', command, p.ctool], cwd=p.folder, capture_output=True)
    for command, wants in (('"$0" --help >&-', 1), ('"$0" strip in.wasm >&-', 1), ('"$0" strip in.wasm -o o <&- >&- 2>&-', 0), ('"$0" strip - -o o2 <&-', 1), ('"$0" print none 2>&-', 1)):
        r = run(command)
        check(r.returncode == wants, '%s: %d %s' % (command, r.returncode, r.stderr))
    check(p.read('o') == MODULE and p.names() == ['in.wasm', 'o'], p.names())


def t_pipes_that_close(p):
    """It ends as other tools do, without a word; where the signal is ignored, with one."""
    p.write('in.wasm', BIG)
    for ignored, wants, says in ((False, -signal.SIGPIPE, b''), (True, 1, b'Broken pipe')):
        ours, theirs = os.pipe()
        child = p.start('strip', '-d', '^y$', 'in.wasm', stdout=theirs, restore_signals=False, preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL))
        os.close(theirs)
        os.read(ours, 10)
        os.close(ours)
        err = child.communicate(timeout=20)[1]
        check(child.returncode == wants and (says in err if says else not err), (child.returncode, err))


# ---- signals

def t_signals(p):
    """While a program works in its scratch directory: that is gone afterwards, and what was there is not."""
    p.write('o', 'old')
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        child = p.start('component', 'map', p.write('c.wat', '(component (core module))'), '-o', 'o', '--', 'sh', '-c', 'echo $PPID > started; exec sleep 20; : {}',
                        env={**os.environ, 'TMPDIR': p.folder}, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
        wait_for(lambda: os.path.exists(p.path('started')) and p.read('started'))
        check(any(n.startswith('ctool-') for n in p.names()))
        child.send_signal(number)
        child.communicate(timeout=20)
        check(child.returncode == -number, child.returncode)
        os.unlink(p.path('started'))
        check(p.read('o') == b'old' and p.names() == ['c.wat', 'o'], p.names())


def t_signals_while_it_writes(p):
    """It prints as it reads: the temporary is there when the signal comes."""
    p.write('in.wasm', MODULE + custom(b'x', bytes(100)) * 400_000)
    whole, found = p.run('objdump', 'in.wasm')[0], 0
    for i in range(8):
        p.write('o', 'old')
        child = p.start('objdump', 'in.wasm', '-o', 'o')
        wait_for(lambda: len(p.names()) > 2 or child.poll() is not None)
        found += child.poll() is None
        child.send_signal((signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)[i % 4])
        child.communicate(timeout=20)
        check(p.names() == ['in.wasm', 'o'], p.names())
        check(p.read('o') in ((b'old', whole) if child.returncode else (whole,)), 'the output is neither')
    check(found, 'no signal came while it wrote')


def wait_for(what):
    end = time.time() + 10
    while not what():
        check(time.time() < end, 'it does not come')
        time.sleep(0.002)


def t_killed(p):
    """After SIGKILL a temporary may stay; the output is the old one or the new one, whole."""
    one, two = NAMED + BIG[8:], BIG
    p.write('in.wasm', one)
    p.write('o', one)
    for i in range(30):
        child = p.start('strip', '-d', '^name$', 'in.wasm', '-o', 'o')
        time.sleep(0.0004 * i)
        child.kill()
        child.communicate(timeout=20)
        check(p.read('o') in (one, two))
        check(all(n.startswith('o.') for n in set(p.names()) - {'in.wasm', 'o'}), p.names())


def t_interrupted_fifo(p):
    """Opening a fifo that nobody reads waits, and a signal ends that."""
    p.write('in.wasm', MODULE)
    os.mkfifo(p.path('o'))
    child = p.start('strip', 'in.wasm', '-o', 'o')
    time.sleep(0.1)
    check(child.poll() is None)
    child.send_signal(signal.SIGTERM)
    check(child.wait(5) == -signal.SIGTERM, child.returncode)


def t_nohup(p):
    p.write('c.wat', '(component (core module))')
    child = p.start('component', 'map', 'c.wat', '-o', 'o', '--', 'sh', '-c', ': > started; sleep 0.3; : {}', preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    wait_for(lambda: os.path.exists(p.path('started')))
    child.send_signal(signal.SIGHUP)
    child.communicate(timeout=20)
    check(child.returncode == 0 and os.path.exists(p.path('o')))


def t_input_that_shrinks(p):
    """A mapped input is truncated while it is read: told, exit 1, no temporary."""
    p.write('o', 'old')
    for _ in range(20):
        p.write('in.wasm', MODULE + custom(b'x', bytes(100)) * 300_000)
        child = p.start('objdump', 'in.wasm', '-o', 'o')
        wait_for(lambda: len(p.names()) > 2 or child.poll() is not None)
        os.truncate(p.path('in.wasm'), 0)
        err = child.communicate(timeout=20)[1]
        check(p.names() == ['in.wasm', 'o'], p.names())
        if child.returncode == 0: continue # it was done before
        check(child.returncode == 1 and b'got shorter' in err and p.read('o') == b'old', (child.returncode, err))
        return
    check(False, 'it was always done before')


# ---- the linker

def t_linkers(p):
    """Their words and their exit status are handed on; nothing is added, but where they say nothing."""
    script = lambda name, text: (p.write(name, '#!/bin/sh\n' + text + '\n'), os.chmod(p.path(name), 0o755), os.path.join('.', name))[2]
    p.write('o', 'old')
    for name, text, wants, says in (('silent', 'exit 3', 3, 'error: the linker `./silent` ended with status 3 and said nothing\n'), ('speaks', 'echo bad >&2; exit 3', 3, 'bad\n'),
                                    ('nothing', 'exit 0', 1, 'error: the linker `./nothing` ended well, but wrote no file\n'),
                                    ('killed', 'kill -9 $$', 1, 'error: the linker `./killed` was stopped by signal 9\n'),
                                    ('parent', 'echo bad >&2; sleep 60 >/dev/null & exit 3', 3, 'bad\n')):
        start = time.time()
        err = p.run('ld', '--wasm-ld-path', script(name, text), 'x.o', '-o', 'o', wants=wants)[1]
        check(err == says, '%s: %r' % (name, err))
        check(time.time() - start < 5, '%s: it waits for what the linker left running' % name)
        check(p.read('o') == b'old')
    script('good', 'printf "\\0asm\\1\\0\\0\\0" > "$4"; echo warning >&2')
    check('warning' in p.run('ld', '--wasm-ld-path', './good', '--skip-wit-component', 'x.o', '-x', '-o', 'o', '--dep-file', 'd')[1])
    check(p.read('o') == MODULE and p.read('d').startswith(b'o: '))
    check(p.names() == ['d', 'good', 'killed', 'nothing', 'o', 'parent', 'silent', 'speaks'], p.names())


# ---- names

def t_names_in_messages(p):
    name = b'a\x1b[31m\n\xff\xc2\x9b.wasm'
    for words in (('validate',), ('print',), ('strip',), ('component', 'new')):
        err = p.run(*words, name, wants=1, says='--> a\\x1b[31m\\n\\xff\\xc2\\x9b.wasm')[1]
        check(not any(c in err for c in '\x1b\x9b') and '\\xff' in err, err)
    err = p.start('strip', b'--\x1b[31m\xff').communicate()[1]
    check(b'\x1b' not in err and b'\xff' not in err, err)
    err = p.start(b'\x1b[31m').communicate()[1]
    check(b'\x1b' not in err, err)


def t_names_in_dep_files(p):
    """make reads the names that were written, and finds the input newer than the output."""
    p.write('odd', MODULE)
    for name in ('a b.wasm', 'a\\ b.wasm', 'a\\b.wasm', 'a#b.wasm', 'a$b.wasm', 'a$$.wasm', 'a\tb.wasm', 'a:b.wasm', 'ä.wasm'):
        out = 'out ' + name.replace('\t', '')
        p.write(name, MODULE)
        p.run('component', 'new', name, '-o', out, '--dep-file', 'deps')
        if not shutil.which('make'): continue
        os.utime(p.path(out), (1, 1))
        r = subprocess.run(['make', '-rd', '-f', 'deps'], cwd=p.folder, capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C'})
        check(r.returncode == 0 and not r.stderr and "Prerequisite '%s' is newer than target '%s'" % (name, out) in r.stdout, '%r: %s%s' % (name, r.stdout, r.stderr))
    p.write('a\nb.wasm', MODULE)
    before = p.names()
    p.run('component', 'new', 'a\nb.wasm', '-o', 'o', '--dep-file', 'd', wants=1, says='line break')
    p.run('component', 'new', 'odd', '-o', 'a\no', '--dep-file', 'd', wants=1, says='line break')
    p.run('component', 'new', 'odd', '-o', 'a\to', '--dep-file', 'd', wants=1, says='tab')
    check(p.names() == before)


# ---- other users, other file systems, many at once

def t_other_user(p):
    if os.getuid(): nobody = {}
    elif shutil.which('setpriv'): nobody = {'prefix': ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']}
    else: return SKIPPED.append('another user: no setpriv')
    def run(*words, wants, says=''):
        r = subprocess.run([*nobody.get('prefix', []), p.ctool, *words], cwd=p.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        check(r.returncode == wants and says in r.stderr, '%s: %d %s' % (' '.join(words), r.returncode, r.stderr))
    os.chmod(p.folder, 0o755)
    p.write('in.wasm', MODULE)
    os.mkdir(p.path('closed'), 0o755)
    p.write('closed/o', 'old')
    p.write('secret', MODULE)
    os.chmod(p.path('secret'), 0)
    os.mkdir(p.path('open'))
    os.chmod(p.path('open'), 0o777)
    p.write('open/o', 'old')
    os.chmod(p.path('open/o'), 0o444)
    if os.getuid(): os.chmod(p.path('closed'), 0o555)
    if subprocess.run([*nobody.get('prefix', []), p.ctool, '--version'], cwd=p.folder, capture_output=True).returncode: return SKIPPED.append('another user: it cannot run the command')
    run('strip', 'in.wasm', '-o', 'closed/o', wants=1, says='Permission denied')
    run('strip', 'in.wasm', '-o', 'closed/new', wants=1, says='Permission denied')
    run('strip', 'secret', '-o', 'open/o', wants=1, says='Permission denied')
    run('component', 'new', 'in.wasm', '-o', 'open/o', '--dep-file', 'closed/d', wants=1, says='Permission denied')
    check(p.read('open/o') == b'old' and p.read('closed/o') == b'old' and os.listdir(p.path('open')) == ['o'])
    p.write('linker', '#!/bin/sh\nprintf "\\0asm\\1\\0\\0\\0" > "$3"\n')
    os.chmod(p.path('linker'), 0o755)
    run('ld', '--wasm-ld-path', './linker', 'in.wasm', '-o', '/dev/null', wants=0) # what asks whether a flag works
    run('ld', '--wasm-ld-path', './linker', 'in.wasm', '-o', 'closed/o', wants=1, says='Permission denied')
    run('strip', 'in.wasm', '-o', 'open/o', wants=0)  # as rename has it: the directory decides, and the mode stays
    check(p.read('open/o') == MODULE and os.stat(p.path('open/o')).st_mode & 0o777 == 0o444)
    os.chmod(p.path('closed'), 0o755)


def t_fifos(p):
    for name in ('in', 'out'): os.mkfifo(p.path(name))
    got = []
    threads = [threading.Thread(target=lambda: p.write('in', BIG)), threading.Thread(target=lambda: got.append(p.read('out')))]
    for t in threads: t.start()
    p.run('strip', '-d', '^y$', 'in', '-o', 'out')
    for t in threads: t.join()
    check(got == [BIG] and p.names() == ['in', 'out'])


def t_many_at_once(p):
    """A thousand runs write one output, and whoever reads it meanwhile sees one of the two whole."""
    one, two = MODULE + custom(b'x', bytes(100_000)), MODULE + custom(b'x', b'\1' * 200_000)
    p.write('1', one), p.write('2', two), p.write('o', one)
    seen, running = set(), []
    for i in range(100 if is_sanitized(p.ctool) else 1000):
        running.append(p.start('strip', '-d', '^y$', '12'[i % 2], '-o', 'o', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        seen.add(p.read('o'))
        if len(running) >= 100: check(running.pop(0).wait(60) == 0)
    for child in running: check(child.wait(60) == 0)
    check(seen <= {one, two} and p.read('o') in (one, two) and p.names() == ['1', '2', 'o'], p.names())


def is_sanitized(path):
    """Such a program takes ten times as long to start, and terabytes of addresses."""
    with open(path, 'rb') as f: program = f.read()
    return is_dynamic(path) and any(word in program for word in (b'__asan_', b'__msan_', b'__tsan_'))


def t_little_memory(p):
    """With less memory than a command needs, or a small stack, it ends well or says so; what was there stays."""
    if is_sanitized(p.ctool): return SKIPPED.append('little memory: the command has a sanitizer')
    p.write('in.wasm', BIG), p.write('deep.wat', '(module (func ' + '(block ' * 900 + ')' * 900 + '))')
    ended = collections.Counter()
    for words in (('strip', '-d', '^y$', 'in.wasm'), ('component', 'new', 'in.wasm'), ('validate', 'in.wasm'), ('print', 'in.wasm'), ('optimize', 'deep.wat'), ('parse', 'deep.wat'), ('dump', 'in.wasm')):
        outputs = () if words[0] == 'validate' else ('-o', 'o')
        for what, sizes in ((resource.RLIMIT_AS, [n << 20 for n in (2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 64)]), (resource.RLIMIT_STACK, [n << 10 for n in (64, 128, 256, 1024)])):
            for size in sizes:
                p.write('o', 'old')
                child = p.start(*words, *outputs, preexec_fn=lambda: resource.setrlimit(what, (size, size)))
                out, err = child.communicate(timeout=60)
                if child.returncode in (-signal.SIGKILL, -signal.SIGSEGV, 127) and not err.startswith(b'error'): # the kernel or the loader found no room to start it in
                    ended['not started'] += 1
                    check(p.read('o') == b'old' and what == resource.RLIMIT_AS, (words, size, child.returncode))
                    continue
                check(child.returncode in (0, 1), (words, what, size, child.returncode, err))
                check(child.returncode == 0 or (b'memory' in err and p.read('o') == b'old'), (words, size, child.returncode, err))
                ended[child.returncode] += 1
                check(p.names() == ['deep.wat', 'in.wasm', 'o'], p.names())
    check(ended[0] and ended[1], 'one limit lets it through, another does not: %s' % ended)


def t_memory_in_proportion(p):
    """Many of a kind in one place: what one takes of memory does not grow with how many there are."""
    if is_sanitized(p.ctool): return SKIPPED.append('memory in proportion: the command has a sanitizer')
    names = ['a%d' % i for i in range(4000)]
    p.write('inline.wit', 'package a:b; world w { %s }' % ' '.join('import %s: interface { f: func(); }' % name for name in names))
    instance = '(instance (instantiate $c %s))' % ' '.join('(with "%s" (type 0))' % name for name in names)
    p.write('named.wat', '(component (component $c %s) (import "r" (type (sub resource))) %s)' % (' '.join('(import "%s" (type (sub resource)))' % name for name in names), instance * 300))
    p.run('parse', 'named.wat', '-o', 'named.wasm')
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))
    p.run('component', 'wit', 'inline.wit', '-o', 'o', preexec_fn=limit)
    p.run('print', 'named.wasm', '-o', 'o', preexec_fn=limit)


def t_killed_before_each_call(p):
    """SIGKILL before each system call of a run, one after the other: the output is the old one or the new one, and only a temporary may stay."""
    if not shutil.which('strace'): return SKIPPED.append('killed before each call: no strace')
    p.write('in.wasm', NAMED)
    command = ('strip', 'in.wasm', '-o', 'o', '--split-debug', 'd')
    environment = {**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'}
    run = lambda *inject: subprocess.run(['strace', '-o', p.path('log'), *inject, p.ctool, *command], cwd=p.folder, capture_output=True, env=environment).returncode
    if run(): return SKIPPED.append('killed before each call: strace cannot trace here')
    calls = re.findall(r'^(\w+)\(', p.read('log').decode(errors='replace'), re.M)
    first = next((i for i, line in enumerate(p.read('log').split(b'\n')) if b'in.wasm"' in line and not line.startswith(b'execve')), 0)
    new, debug, killed, states = p.read('o'), p.read('d'), 0, set()
    counts = collections.Counter()
    for i, name in enumerate(calls):
        counts[name] += 1
        if i < first or name in ('exit_group', 'execve'): continue # it has not looked at a file yet
        for left in set(p.names()) - {'in.wasm', 'log'}: os.unlink(p.path(left))
        p.write('o', 'old'), p.write('d', 'old')
        killed += run('-e', 'inject=%s:signal=SIGKILL:when=%d' % (name, counts[name])) != 0
        pair = p.read('o'), p.read('d')
        check(pair in ((b'old', b'old'), (b'old', debug), (new, debug)), (i, name, pair))
        states.add(pair)
        check(all(n.startswith(('o.', 'd.')) for n in set(p.names()) - {'in.wasm', 'o', 'd', 'log'}), p.names())
    check(killed >= 10 and (b'old', b'old') in states and (new, debug) in states, (killed, states))


INTERPOSED = '''#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
static int now(const char *name) {
  const char *what = getenv("BREAKS");
  static int count;
  return what && strcmp(what, name) == 0 && ++count == atoi(getenv("AT")) ? errno = EIO : 0;
}
#define BREAK(type, name, parameters, arguments) \\
  type name parameters { type (*real) parameters = (type (*) parameters)dlsym(RTLD_NEXT, #name); return now(#name) ? -1 : real arguments; }
BREAK(ssize_t, writev, (int a, const struct iovec *b, int c), (a, b, c))
BREAK(ssize_t, read, (int a, void *b, size_t c), (a, b, c))
BREAK(int, close, (int a), (a))
BREAK(int, fchmod, (int a, mode_t b), (a, b))
BREAK(int, rename, (const char *a, const char *b), (a, b))
BREAK(int, mkstemp, (char *a), (a))
'''


def is_dynamic(path):
    """Has it a program header that names the loader?"""
    with open(path, 'rb') as f: data = f.read()
    start, size, count = *struct.unpack_from('<Q', data, 32), *struct.unpack_from('<HH', data, 54)
    return any(struct.unpack_from('<I', data, start + i * size)[0] == 3 for i in range(count))


def t_broken_device(p):
    """Each call that can fail with EIO does, at each turn: the outputs are both old, or both new; but the last rename, which leaves dependencies that are too new."""
    if not is_dynamic(p.ctool): return SKIPPED.append('a broken device: the command is static')
    p.write('lib.c', INTERPOSED)
    if not shutil.which('cc') or subprocess.run(['cc', '-shared', '-fPIC', '-o', 'lib.so', 'lib.c', '-ldl'], cwd=p.folder).returncode: return SKIPPED.append('a broken device: no compiler')
    p.write('in.wat', '(module)')
    p.write('in.wasm', MODULE + custom(b'x', bytes(30000)))
    failures = 0
    for call in ('writev', 'read', 'close', 'fchmod', 'rename', 'mkstemp'):
        for at in (1, 2, 3, 4):
            p.write('o', 'old'), p.write('d', 'old')
            child = p.start('component', 'new', 'in.wat' if call == 'read' else 'in.wasm', '-o', 'o', '--dep-file', 'd', env={**os.environ, 'LD_PRELOAD': p.path('lib.so'), 'ASAN_OPTIONS': 'verify_asan_link_order=0', 'BREAKS': call, 'AT': str(at)})
            err = child.communicate(timeout=20)[1]
            old = (p.read('o') == b'old', p.read('d') == b'old')
            if child.returncode == 0: check(old == (False, False) and b'error' not in err, (call, at, err))
            else: check(child.returncode == 1 and old == (True, (call, at) != ('rename', 2)) and b'Input/output error' in err, (call, at, child.returncode, old, err))
            failures += child.returncode
            check(p.names() == ['d', 'in.wasm', 'in.wat', 'lib.c', 'lib.so', 'o'], (call, at, p.names()))
    check(failures >= 8, failures)


def main():
    ctool, dynamic = map(os.path.abspath, sys.argv[1:3])
    call = lambda case, folder: case(Place(dynamic if case is t_broken_device else ctool, folder))
    status = run_cases(globals(), sys.argv[3:], call, failures=[subprocess.TimeoutExpired])
    for what in SKIPPED: print('skipped: ' + what)
    sys.exit(status)


if __name__ == '__main__':
    main()
