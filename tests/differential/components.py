#!/usr/bin/env python3
"""Differential test of `ctool validate` on components: the same verdict as wasm-tools on mutants that keep their form (mutate_component.c), for the
default features, for all, and for random sets.

    components.py --ctool PATH --mutator PATH [--reference WASM_TOOLS] [--count 2000] [--seed 1] [--jobs 2] [--keep FOLDER] [SEEDS...]

SEEDS are files or folders of components; without any, ../shared/conformance beside the project. Mutants whose verdict differs are kept; exit 1 when there
is any. The same seed gives the same mutants. A nightly run is --count 20000 with a new seed.
"""
import argparse, os, random, re, shutil, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BASES = ['', '', 'all', 'all', 'mvp,component-model', 'wasm2,component-model', 'lime1,component-model']


def features_of(reference):
    """The names that the reference knows and that matter to components, from its own message."""
    r = subprocess.run([reference, 'validate', '--features=?', '-'], capture_output=True, stdin=subprocess.DEVNULL)
    names = re.search(r'Valid features: (.*)', r.stderr.decode()).group(1).strip().split(', ')
    return [n for n in names if n.startswith('cm') or n in ('shared-everything-threads', 'memory64', 'gc', 'exceptions', 'reference-types')]


def random_features(rng, names):
    base = rng.choice(BASES)
    if rng.random() < 0.5:
        return base
    return ','.join(filter(None, [base] + [rng.choice(('', '-')) + rng.choice(names) for _ in range(rng.randint(1, 4))]))


def invalid_rows(folder):
    """Those that a manifest calls invalid: most of their mutants are invalid for the old reason."""
    manifest = os.path.join(folder, 'manifest.tsv')
    rows = [line.split('\t') for line in open(manifest, encoding='utf-8')] if os.path.exists(manifest) else []
    return {os.path.join(folder, r[0]) for r in rows if len(r) > 1 and r[1] in ('invalid', 'malformed')}


def components(seeds, largest):
    for seed in seeds:
        found = [seed] if os.path.isfile(seed) else [os.path.join(top, f) for top, _, files in os.walk(seed) for f in files if f.endswith('.wasm')]
        for path in sorted(set(found) - invalid_rows(seed)):
            with open(path, 'rb') as f:
                if f.read(8) == b'\0asm\x0d\0\1\0' and os.path.getsize(path) <= largest:
                    yield path


def verdict(tool, path, features):
    r = subprocess.run([tool, 'validate', '--features=' + features, path] if features else [tool, 'validate', path], capture_output=True, timeout=60)
    return r.returncode, r.stderr.decode('utf-8', 'replace').strip()


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--mutator', required=True)
    p.add_argument('--reference', default='wasm-tools')
    p.add_argument('--count', type=int, default=2000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--jobs', type=int, default=2)
    p.add_argument('--keep', default='differences')
    p.add_argument('--largest', type=int, default=6000)
    p.add_argument('seeds', nargs='*')
    o = p.parse_args()
    seeds = list(components(o.seeds or [os.path.join(ROOT, '..', 'shared', 'conformance', d) for d in ('component', 'components', 'interfaces')], o.largest))
    if not shutil.which(o.reference) or not seeds:
        print('skipped: there is no %s' % (o.reference if seeds else 'component to mutate'))
        return 77
    rng, names = random.Random(o.seed), features_of(o.reference)
    valid = differ = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(o.jobs) as executor:
        subprocess.run([o.mutator, str(o.seed), str(o.count), folder] + seeds, check=True)
        cases = [(os.path.join(folder, '%d.wasm' % i), random_features(rng, names)) for i in range(o.count)]

        def compare(case):
            return case, verdict(o.ctool, *case), verdict(o.reference, *case)

        for (path, features), ours, theirs in executor.map(compare, cases):
            valid += theirs[0] == 0
            if ours[0] in (0, 1) and (ours[0] == 0) == (theirs[0] == 0):
                continue
            differ += 1
            os.makedirs(o.keep, exist_ok=True)
            kept = os.path.join(o.keep, 'component-%d-%s' % (o.seed, os.path.basename(path)))
            shutil.copy(path, kept)
            print('%s --features "%s": ours %d, theirs %d\n  ours:   %s\n  theirs: %s' % (kept, features, ours[0], theirs[0], ours[1][:300], theirs[1][:300]), flush=True)
    print('%d mutants: %d valid, %d invalid for the reference; %d verdicts differ' % (o.count, valid, o.count - valid, differ))
    return 1 if differ else 0


if __name__ == '__main__':
    sys.exit(main())
