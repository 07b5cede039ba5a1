#!/usr/bin/env python3
"""Every command that reads a file tells its failures as JSON, too: error_format.py CTOOL commands.def. Editors and CI rely on it."""
import re, subprocess, sys

OTHERS = {name: 'reads no file' for name in ('completion', 'doctor', 'explain', 'man')}
ctool, table = sys.argv[1:]
names = re.findall(r'^CT_COMMAND\(\w+, "([^"]+)"', open(table).read(), re.M)
lacking = [name for name in names if name not in OTHERS
           and b'--error-format' not in subprocess.run([ctool, *name.split(), '--help'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout]
print('%d commands; without --error-format: %s' % (len(names), ', '.join(lacking) or 'none'))
sys.exit(bool(lacking) or not names)
