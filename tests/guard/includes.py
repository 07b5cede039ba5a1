#!/usr/bin/env python3
"""The include order of the README holds: each folder of src/ includes only from the folders below it, tools/ only public headers and its own,
which writes files in one place. And nothing lies at the top that does not belong there."""
import os, re, shutil, subprocess, sys

ROOT = sys.argv[1]
BELOW = {
    'adapter': [],
    'base': [], 'core': ['base'], 'types': ['base'], 'component': ['base', 'core', 'types'], 'wit': ['base', 'types'],
    'passes': ['base', 'core', 'component'], 'compose': ['base', 'types', 'wit', 'component', 'core', 'passes', 'adapter'],
    'text': ['base', 'core', 'component'], 'inspect': ['base', 'core', 'types', 'component', 'passes', 'wit', 'compose'],
}
TOP = {'src', 'include', 'tools', 'tests', 'corpus', 'fuzz', 'CMakeLists.txt', 'CMakePresets.json', 'README.md', 'LICENSE'} # and what begins with a dot
MALLOC = re.compile(r'(?<![\w.])(malloc|calloc|realloc|free|strdup)\s*\(')
bad, files = [], 0
for top, _, names in os.walk(os.path.join(ROOT, 'src')):
    folder = os.path.relpath(top, os.path.join(ROOT, 'src')).split(os.sep)[0]
    for name in sorted(n for n in names if n.endswith(('.c', '.h', '.def'))):
        path = os.path.join(top, name)
        text = open(path).read()
        files += 1
        for target in re.findall(r'#include "([^"]+)"', text):
            origin = target.split('/')[0]
            if origin not in ('ctool', folder) and origin not in BELOW[folder]:
                bad.append('%s includes %s: %s may include from %s' % (path, target, folder, ', '.join(BELOW[folder]) or 'nothing'))
        code = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
        if MALLOC.search(code) and name != 'arena.c' and name.endswith('.c'):
            bad.append('%s allocates by itself: use the arena or cti_malloc' % path)
for top, _, names in os.walk(os.path.join(ROOT, 'tools')):
    for name in sorted(n for n in names if n.endswith(('.c', '.h'))):
        for target in re.findall(r'#include "([^"]+)"', open(os.path.join(top, name)).read()):
            if not target.startswith('ctool/') and '/' in target:
                bad.append('%s includes %s: a tool sees include/ only' % (os.path.join(top, name), target))
        if 'ct_output_' in open(os.path.join(top, name)).read() and not name.startswith('outputs.'):
            bad.append('%s writes past outputs.c, which knows what a signal must remove' % os.path.join(top, name))
if shutil.which('git'): # without a repository the list is empty
    tracked = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'], capture_output=True, text=True).stdout.split('\0')
    bad += ['%s does not belong to the top level' % name for name in {n.split('/')[0] for n in tracked} - TOP if name and name[0] != '.']
print('\n'.join(bad) or '%d files keep the order' % files)
sys.exit(1 if bad or not files else 0)
