#!/usr/bin/env python3
"""Programs of the release are built so that a hole is hard to use: hardened.py PROGRAM...

Each is position-independent without a dynamic linker (static PIE), has read-only tables of addresses that are bound at once (full RELRO), no segment that can
be written and run, no stack that can be run, and canaries: where it ends when one is overwritten is in it."""
import re, subprocess, sys


def read(*arguments): return subprocess.run(['readelf', *arguments], stdout=subprocess.PIPE, check=True, text=True).stdout


def canaries(program, header):
    """Places that look at the canary, which on x86-64 lies at a place of its own in the thread; elsewhere they are not looked for."""
    if 'X86-64' not in header: return 500
    return subprocess.run(['objdump', '-d', '--no-show-raw-insn', program], stdout=subprocess.PIPE, check=True, text=True).stdout.count('%fs:0x28')


def faults(program):
    header, segments, dynamic = read('-hW', program), read('-lW', program), read('-dW', program)
    loads = re.findall(r'^ +(LOAD|GNU_STACK) .* ([R ][W ][E ]) 0x\w+$', segments, re.M)
    return [what for what, bad in (
        ('it is no PIE', 'DYN (' not in header or 'PIE' not in dynamic),
        ('it needs a dynamic linker', 'INTERP' in segments or 'NEEDED' in dynamic),
        ('no RELRO', 'GNU_RELRO' not in segments),
        ('its addresses are not bound at once', 'NOW' not in dynamic),
        ('text is relocated', 'TEXTREL' in dynamic),
        ('a segment can be written and run', not loads or any('W' in rights and 'E' in rights for _, rights in loads)),
        ('no canaries', canaries(program, header) < 500)) if bad]


found = ['%s: %s' % (program, what) for program in sys.argv[1:] for what in faults(program)]
print('\n'.join(found) or '%d programs: static PIE, full RELRO, nothing that can be written and run, canaries' % len(sys.argv[1:]))
sys.exit(bool(found))
