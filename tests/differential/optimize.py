#!/usr/bin/env python3
"""Differential test of `ctool optimize`: random modules behave the same before and after, in node's engine (run_pairs.mjs).

    optimize.py --ctool PATH [--reference WASM_TOOLS] [--count 2000] [--seed 1] [--seconds N] [--keep FOLDER] [-- OPTIONS OF optimize]

The modules are wasm-tools smith's, of changing shapes; the same seed gives the same ones. Those that behave otherwise are kept. Exit 77 without
wasm-tools or node. A nightly run is --count 20000 with a new seed.
"""
import argparse, os, random, shutil, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
COMMON = ['--ensure-termination', '--canonicalize-nans', 'true', '--max-memory32-bytes', '1048576', '--max-table-elements', '1000', '--threads-enabled', 'false',
          '--memory64-enabled', 'false', '--gc-enabled', 'false', '--custom-page-sizes-enabled', 'false', '--wide-arithmetic-enabled', 'false', '--relaxed-simd-enabled', 'false',
          '--memory-max-size-required', 'true', '--table-max-size-required', 'true', '--allow-start-export', 'true', '--multi-value-enabled', 'false', '--disallow-traps', 'false']
SHAPES = [
    ['--min-funcs', '2', '--export-everything', 'true'],
    ['--min-funcs', '2', '--export-everything', 'true', '--simd-enabled', 'false', '--reference-types-enabled', 'false', '--exceptions-enabled', 'false', '--tail-call-enabled', 'false', '--max-instructions', '400'],
    ['--max-exports', '4', '--min-exports', '2', '--min-funcs', '8', '--simd-enabled', 'false', '--exceptions-enabled', 'false', '--tail-call-enabled', 'false'],
    ['--max-exports', '8', '--min-exports', '1', '--min-funcs', '20', '--max-types', '4', '--simd-enabled', 'false', '--reference-types-enabled', 'false', '--exceptions-enabled', 'false', '--allow-floats', 'false'],
]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--reference', default='wasm-tools')
    p.add_argument('--count', type=int, default=2000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--seconds', type=float)
    p.add_argument('--keep', default='differences')
    p.add_argument('options', nargs='*')
    a = p.parse_args()
    reference = shutil.which(a.reference)
    if not reference or not shutil.which('node'): return print('skipped: needs wasm-tools and node') or 77
    rng, end = random.Random(a.seed), time.time() + a.seconds if a.seconds else None
    done, refused, broken, report = 0, 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        node = subprocess.Popen(['node', '--experimental-wasm-type-reflection', HERE + '/run_pairs.mjs'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for i in range(a.count):
            if end and time.time() > end: break
            before, after = '%s/%d.wasm' % (folder, i), '%s/%d.o.wasm' % (folder, i)
            r = subprocess.run([reference, 'smith', *COMMON, *SHAPES[i % len(SHAPES)], '-o', before], input=rng.randbytes(rng.choice((500, 2000, 6000))), capture_output=True)
            if r.returncode: continue
            r = subprocess.run([a.ctool, 'optimize', *a.options, before, '-o', after], capture_output=True, text=True)
            if r.returncode:
                if 'bug in ctool' in r.stderr or r.returncode != 1: broken.append((before, r.stderr.strip()))
                refused += 1
                continue
            done += 1
            node.stdin.write('%s %s\n' % (before, after))
        report = node.communicate()[0].splitlines()
        bad = [line.split(':', 1)[0] for line in report[:-1]] + [path for path, _ in broken]
        if bad: os.makedirs(a.keep, exist_ok=True)
        for path in bad: shutil.copy(path, os.path.join(a.keep, 'seed%d-%s' % (a.seed, os.path.basename(path))))
    for line in report[:40] + ['%s: %s' % b for b in broken[:20]]: print(line)
    print('seed %d: %d modules optimized, %d refused, %d broken; %s' % (a.seed, done, refused, len(broken), report[-1] if report else 'no report'))
    return 1 if node.returncode or broken or not done else 0


if __name__ == '__main__':
    sys.exit(main())
