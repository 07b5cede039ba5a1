#!/usr/bin/env python3
"""optimize.py CTOOL: each valid binary of the data beside the project is optimized; ctool validates the result and says so when it is not valid."""
import os, subprocess, sys, tempfile

ctool, data = os.path.abspath(sys.argv[1]), os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../shared/conformance')
if not os.path.isdir(data):
    print('skipped: no conformance data beside the project'); sys.exit(77)
done, refused, bad = 0, 0, []
with tempfile.TemporaryDirectory() as folder:
    for suite in ('core', 'component'):
        rows = [line.rstrip('\n').split('\t') for line in open(os.path.join(data, suite, 'manifest.tsv'))]
        names = [column.lstrip('#') for column in rows[0]]
        for row in (dict(zip(names, r)) for r in rows[1:]):
            if row['expect'] != 'valid': continue
            r = subprocess.run([ctool, 'optimize', os.path.join(data, suite, row['path']), '-o', os.path.join(folder, 'out')], capture_output=True, text=True)
            if r.returncode == 0: done += 1
            elif r.returncode == 1 and 'bug in ctool' not in r.stderr: refused += 1
            else: bad.append('%s: %s' % (row['path'], r.stderr.strip()))
print('\n'.join(bad) or '%d optimized, %d refused as not valid by the features that are on' % (done, refused))
sys.exit(1 if bad or not done else 0)
