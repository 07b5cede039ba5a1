#!/usr/bin/env python3
"""The README's table of what the preview1 adapter answers otherwise than the reference's is that of the tests: differences.py ROOT"""
import os, subprocess, sys

root = sys.argv[1]
made = subprocess.run([sys.executable, root + '/tests/bench/adapter.py', '--ctool', 'ctool', '--markdown', 'differences'], stdout=subprocess.PIPE, check=True).stdout.decode()
with open(os.path.join(root, 'README.md')) as f: text = f.read()
if made not in text or made.count('\n') < 3: sys.exit('README.md: the table of differences is not what tests/bench/adapter.py --ctool ctool --markdown differences makes of tests/run/adapter/differences.txt')
