#!/usr/bin/env python3
"""The release command is one static file of less than 2,000,000 bytes: weight.py CTOOL. Its start-up is printed beside that of an empty process, not judged."""
import os, statistics, subprocess, sys, time

LIMIT = 2_000_000
ctool = sys.argv[1]


def start_up(argv):
    def once():
        start = time.perf_counter()
        subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
        return (time.perf_counter() - start) * 1e3
    return statistics.median(once() for _ in range(25))


size = os.path.getsize(ctool)
headers = subprocess.run(['readelf', '-lW', ctool], stdout=subprocess.PIPE, check=True).stdout
sections = subprocess.run(['readelf', '-SW', ctool], stdout=subprocess.PIPE, check=True).stdout
problems = [what for what, bad in (('%d bytes or more' % LIMIT, size >= LIMIT), ('dynamically linked', b'INTERP' in headers), ('not stripped', b'.symtab' in sections)) if bad]
print('%d bytes; start-up %.2f ms, an empty process %.2f ms; %s' % (size, start_up([ctool, '--version']), start_up(['/bin/true']), '; '.join(problems) or 'good'))
sys.exit(bool(problems))
