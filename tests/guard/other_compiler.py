#!/usr/bin/env python3
"""The other compiler has no warning either: other_compiler.py ROOT COMPILER FLAG...   (gcc where clang builds, clang where gcc does)

Compiles each source of src/, tools/ and fuzz/ for its warnings alone, but for those that Windows' headers are needed for. Exit status 77 where that compiler is not installed."""
import glob, os, shutil, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

root, compiler, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
if not shutil.which(compiler): sys.exit(print('warnings: skipped: no %s' % compiler) or 77)
sources = sorted(p for pattern in ('src/*/*.c', 'tools/*.c', 'fuzz/*.c') for p in glob.glob(os.path.join(root, pattern)) if '/src/adapter/' not in p and not p.endswith('_windows.c'))


def check(source):
    include = ['-I%s/%s' % (root, d) for d in ('include', 'src', 'fuzz', 'tests/support', 'tools')]
    p = subprocess.run([compiler, '-std=c11', '-O1', '-Werror', *flags, *include, '-c', source, '-o', '/dev/null'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return p.stdout.decode() if p.returncode else ''


with ThreadPoolExecutor(os.cpu_count()) as pool: messages = [m for m in pool.map(check, sources) if m]
print('\n'.join(messages) or '%d sources, no warning' % len(sources))
sys.exit(bool(messages) or not sources)
