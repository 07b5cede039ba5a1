#!/usr/bin/env python3
"""AFL++ builds the targets, and runs a few: afl.py [--seconds N] [TARGET...]. Exit 77 without afl-clang-fast and afl-fuzz (Debian's afl++)."""
import argparse, os, re, shutil, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, 'build', 'fuzz-afl')
QUIET = {'AFL_NO_UI': '1', 'AFL_SKIP_CPUFREQ': '1', 'AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES': '1', 'AFL_NO_AFFINITY': '1', 'AFL_QUIET': '1',
         'ASAN_OPTIONS': 'abort_on_error=1:symbolize=0:detect_leaks=0:allocator_may_return_null=1'}


def fuzz(target, seconds):
    out = os.path.join(BUILD, 'found', target)
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    words = ['afl-fuzz', '-V', str(seconds), '-m', 'none', '-t', '5000', '-i', os.path.join(ROOT, 'corpus', target), '-o', out, '--', os.path.join(BUILD, 'fuzz', 'fuzz_' + target)]
    p = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', env={**os.environ, **QUIET})
    stats = os.path.join(out, 'default', 'fuzzer_stats')
    if not os.path.exists(stats): return print('%s: afl-fuzz did not start\n%s' % (target, p.stdout[-2000:])) or False
    found = dict(re.findall(r'^(\w+)\s*: (.*)$', open(stats).read(), re.M))
    print('%s: %s executions, %s a second, %s crashes, %s hangs' % (target, found['execs_done'], found['execs_per_sec'], found['saved_crashes'], found['saved_hangs']), flush=True)
    return int(found['execs_done']) > 0 and found['saved_crashes'] == '0'


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('targets', nargs='*', default=['module', 'validate', 'wit'])
    p.add_argument('--seconds', type=int, default=10)
    options = p.parse_args()
    for name in 'afl-clang-fast', 'afl-fuzz':
        if not shutil.which(name): sys.exit(print('skipped: no ' + name) or 77)
    goals = ['fuzz_' + target for target in options.targets]
    for words in (['cmake', '--preset', 'fuzz-afl'], ['cmake', '--build', BUILD, '--target', *goals]):
        p = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, 'AFL_QUIET': '1'})
        if p.returncode: return print(p.stdout[-4000:]) or 1
    return 0 if all([fuzz(target, options.seconds) for target in options.targets]) else 1


if __name__ == '__main__': sys.exit(main())
