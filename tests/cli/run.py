#!/usr/bin/env python3
"""Command line goldens: run.py CTOOL CASE.test [--bless] [--by=WORDS] [--starve PROGRAM MOST], where WORDS start programs of another machine

A case is a text file: lines `RUN: arguments` (after shell splitting; %t is a folder of the case, %s the folder of the cases), each followed by what is
expected (`RUN@name:` calls the program by that name, from then on %links/name): `EXIT n` (0 when absent), lines that begin with `out| ` or `err| `. A line `WASM: name hex...` makes a binary in %t first, `TEXT: path text` a
text (with \\n for line feeds; folders on the way are made).
`SAME a b`, `DIFFER a b` and `SMALLER a b` (the first is) compare two files in %t; `FILES names` says what the folder holds then. --bless rewrites the expectations after RUN.
With --starve each command is run by PROGRAM (starve.c), in which its allocations fail in turn; what it prints is then not compared.
"""
import os, shlex, subprocess, sys, tempfile

ctool, case = os.path.abspath(sys.argv[1]), sys.argv[2]
bless = '--bless' in sys.argv
by = next((a[len('--by='):].split() for a in sys.argv[3:] if a.startswith('--by=')), [])
ending = os.path.splitext(ctool)[1] # .exe, or nothing
starve = sys.argv[sys.argv.index('--starve') + 1:] if '--starve' in sys.argv else None
lines = open(case).read().split('\n')
out, failures, i = [], [], 0


def show(prefix, data, folder):
    text = data.decode('utf-8', 'backslashreplace').replace(folder, '%t')
    return [prefix + line for line in text.split('\n')[:-1]] + ([prefix + text.split('\n')[-1] + '%no-newline'] if text and not text.endswith('\n') else [])


with tempfile.TemporaryDirectory() as around, tempfile.TemporaryDirectory() as links:
    folder = os.path.join(around, 't') # alone in it: ctool looks for packages beside the folder of a WIT file, and the temporary directory belongs to all
    os.mkdir(folder)
    fill = lambda s: s.replace('%t', folder).replace('%links', links).replace('%s', os.path.dirname(os.path.abspath(case)))
    content = lambda name: open(os.path.join(folder, name), 'rb').read()
    while i < len(lines):
        line = lines[i]; i += 1; out.append(line)
        word, _, rest = line.partition(' ')
        if word == 'WASM:':
            name, _, data = rest.partition(' ')
            open(os.path.join(folder, name), 'wb').write(bytes.fromhex(data))
        elif word == 'TEXT:':
            name, _, data = rest.partition(' ')
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            open(os.path.join(folder, name), 'w').write(data.replace('\\n', '\n'))
        elif starve and word in ('SAME', 'DIFFER', 'SMALLER', 'FILES'): pass
        elif word in ('SAME', 'DIFFER'):
            a, b = rest.split()
            if (content(a) == content(b)) != (word == 'SAME'): failures.append('%s: no' % line)
        elif word == 'SMALLER':
            a, b = rest.split()
            if len(content(a)) >= len(content(b)): failures.append('%s: %d and %d bytes' % (line, len(content(a)), len(content(b))))
        elif word == 'FILES':
            if sorted(os.listdir(folder)) != rest.split(): failures.append('%s: found %s' % (line, ' '.join(sorted(os.listdir(folder)))))
        elif word == 'RUN:' or word.startswith('RUN@'):
            program = ctool
            if word != 'RUN:':
                program = os.path.join(links, word[4:-1]) + ending
                if not os.path.exists(program): os.symlink(ctool, program)
            words = [*by, program, *map(fill, shlex.split(rest))]
            if starve: words = [os.path.abspath(starve[0]), starve[1], *words]
            r = subprocess.run(words, capture_output=True, timeout=600 if starve else 60, env={**os.environ, 'NO_COLOR': '1'}, stdin=subprocess.DEVNULL)
            got = (['EXIT %d' % r.returncode] if r.returncode else []) + show('out| ', r.stdout, folder) + show('err| ', r.stderr, folder)
            want = []
            while i < len(lines) and lines[i].startswith(('EXIT ', 'out| ', 'err| ')):
                want.append(lines[i]); i += 1
            if starve:
                if r.returncode: failures.append('\n'.join([line, *got]))
            elif want != got and not bless: failures.append('\n'.join([line, '--- expected', *want, '--- found', *got]))
            out += got if bless else want
        elif word in ('EXIT', 'out|', 'err|'): failures.append('%s: it follows no RUN' % line)
if bless: open(case, 'w').write('\n'.join(out))
print('\n'.join(failures) or 'ok')
sys.exit(1 if failures else 0)
