#!/usr/bin/env python3
"""Modules behave the same before and after `ctool strip`: strip.py --ctool PATH [--keep FOLDER]

Every valid module of the conformance data and every guest beside the project gets custom sections at all places where they may stand, is stripped in one of
several ways, and runs before and after in node's engine (run_pairs.mjs) and in wasmtime (run_pairs.py): exports are called, imports note what they are called
with, memories, globals and tables are compared. Exit 77 without the data or any engine.
"""
import argparse, csv, glob, os, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'support')]
import optimize
from framing import custom, frames

SHARED = os.path.join(HERE, '../../../shared')
WAYS = [[], ['--all'], ['--delete', '^d'], ['--all', '--keep', 'd$'], ['--reproducible', '--split-debug', None]]


CUSTOM = [custom(b'.debug_info', b'DWARF'), custom(b'metadata', bytes(200)), custom(b'', b''), custom(b'padded', b'x' * 100), custom(b'target_features', b'\1+\4simd')]
NAMES = custom(b'name', b'\0\2\1m')


def with_customs(module, n):
    out = module[:8]
    for i, (_, _, one) in enumerate(frames(module)): out += CUSTOM[(n + i) % len(CUSTOM)] + one
    return out + NAMES + CUSTOM[n % len(CUSTOM)]


def modules():
    core = os.path.join(SHARED, 'conformance/core')
    with open(core + '/manifest.tsv', encoding='utf-8') as f:
        rows = list(csv.reader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    return [os.path.join(core, row[0]) for row in rows if row[1] == 'valid'] + sorted(glob.glob(SHARED + '/guests/*.wasm'))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--keep', default='differences')
    a = p.parse_args()
    engines = optimize.engines_here()
    if not os.path.exists(SHARED + '/conformance/core'): return print('skipped: no conformance data beside the project') or 77
    if not engines: return print('skipped: needs node or the Python package wasmtime') or 77
    broken, bad, failed, ran = [], [], False, 0
    with tempfile.TemporaryDirectory() as folder:
        pairs = []
        for n, path in enumerate(modules()):
            before, after = '%s/%d.wasm' % (folder, n), '%s/%d.s.wasm' % (folder, n)
            with open(path, 'rb') as f: made = with_customs(f.read(), n)
            with open(before, 'wb') as f: f.write(made)
            way = [word or '%s/%d.debug.wasm' % (folder, n) for word in WAYS[n % len(WAYS)]]
            r = subprocess.run([a.ctool, 'strip', *way, before, '-o', after], capture_output=True, text=True)
            if r.returncode: broken.append('%s: strip %s: %s' % (path, ' '.join(way), r.stderr.strip() or 'exit %d' % r.returncode))
            elif way[:1] == ['--all'] and os.path.getsize(after) >= len(made): broken.append('%s: nothing went' % path)
            else: pairs.append('%s %s\n' % (before, after))
        for engine in engines:
            engine.start()
            report = engine.process.communicate(''.join(pairs))[0].splitlines()
            print('\n'.join(report[-20:-1]))
            print('%s: %s' % (engine.name, report[-1]))
            ran += int(report[-1].split()[0])
            failed |= engine.process.returncode != 0
            bad += [line.split(':', 1)[0] for line in report[:-1] if not line.startswith('#')]
        if bad: os.makedirs(a.keep, exist_ok=True)
        for path in bad: shutil.copy(path, a.keep)
    print('\n'.join(broken[:20]))
    return 1 if failed or broken or not ran else 0


if __name__ == '__main__':
    sys.exit(main())
