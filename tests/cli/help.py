#!/usr/bin/env python3
"""help.py CTOOL: the help of each command, of each other name of ctool and of ctool itself fits a terminal of 80 columns; -h fits one of 24 lines more or less,
and has only lines that --help has."""
import os, re, subprocess, sys, tempfile

ctool = os.path.abspath(sys.argv[1])
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools', 'aliases.def')) as f: aliases = re.findall(r'^CT_ALIAS\("([^"]+)"', f.read(), re.M)
failures = [] if aliases else ['the other names were not found']


def help_of(words):
    r = subprocess.run(words, capture_output=True, text=True)
    if r.returncode or r.stderr: failures.append('%s: %d %s' % (' '.join(words), r.returncode, r.stderr))
    lines = r.stdout.split('\n')
    failures.extend('%s: %d columns: %s' % (' '.join(words[1:]), len(line), line) for line in lines if len(line) > 80)
    return lines


overview = help_of([ctool, '--help'])
names = [m[1].strip() for line in overview if (m := re.match(r'  (.{24})\S', line))]
if len(names) < 30: failures.append('the commands were not found: %s' % names)
for name in names:
    whole = help_of([ctool, *name.split(), '--help'])
    common = help_of([ctool, *name.split(), '-h'])
    if 'common options:' not in whole: continue
    if len(common) >= len(whole) or len(common) > 36: failures.append('%s -h: %d lines of %d' % (name, len(common), len(whole)))
    failures += ['%s -h: not in --help: %s' % (name, line) for line in common if line not in whole and 'all options' not in line]
with tempfile.TemporaryDirectory() as folder:
    for name in aliases:
        link = os.path.join(folder, name)
        os.symlink(ctool, link)
        help_of([link, '--help'])
# Where nothing is there, doctor says of everything how to get it; Debian's pip installs into virtual environments alone, and its cargo knows no target wasm32-wasip1.
with tempfile.TemporaryDirectory() as folder:
    told = subprocess.run([ctool, 'doctor'], capture_output=True, text=True, env={'PATH': folder}).stdout
missing = [line for line in told.split('\n') if line.startswith('  missing')]
if len(missing) < 8: failures.append('doctor: %s' % told)
failures += ['doctor: ' + line for line in missing if ('pip install' in line and 'venv' not in line) or 'apt install cargo' in line]
print('\n'.join(failures) or 'ok')
sys.exit(1 if failures else 0)
