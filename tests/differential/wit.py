#!/usr/bin/env python3
"""Differential test of the WIT front end: random packages are printed, written as JSON and encoded by ctool as by wasm-tools.

    wit.py --ctool PATH [--reference WASM_TOOLS] [--count 1000] [--seed 1] [--seconds N] [--keep FOLDER]

The packages are those of `wasm-tools wit-smith`; the same seed gives the same ones. Each is read in three forms: binary as it was made, text in one file, and
a tree of files, both as the reference prints them. Text and binary must be the same bytes, JSON the same value, and what one refuses the other must, too.
Packages that come out otherwise are kept with both outputs. Exit 77 without a wasm-tools that has wit-smith.
"""
import argparse, json, os, random, shutil, subprocess, sys, tempfile, time

EXTRAS = ['async', 'streams', 'futures', 'error-context', 'fixed-length-lists', 'implements', 'world-include']
OUTPUTS = {'text': [], 'JSON': ['--json'], 'binary': ['--wasm']}


def run(*argv, **more):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def outcome(tool, arguments, kind):
    """What is compared: bytes, a JSON value, or None for a refusal; and what is kept."""
    r = run(tool, 'component', 'wit', '--all-features', *arguments)
    if r.returncode not in (0, 1): return ('exit', r.returncode), r.stderr
    if r.returncode: return None, r.stderr
    return (json.loads(r.stdout) if kind == 'JSON' else r.stdout), r.stdout


def seed_of(rng):
    """Random bytes. wit-smith goes on for as long as bytes are odd: the more often, the larger the package."""
    odd = rng.choice((0.0, 0.4, 0.7, 0.85))
    return bytes(byte | (rng.random() < odd) for byte in rng.randbytes(rng.choice((100, 600, 4000))))


def make(reference, rng, path):
    """A package of the next seed; False when that was too short for one."""
    wide = ['--max-pkg-items', '20', '--max-interface-items', '20', *('--' + word for word in EXTRAS if rng.random() < 0.8)]
    return run(reference, 'wit-smith', *(wide if rng.random() < 0.7 else ['--arbitrary-config']), '-o', path, input=seed_of(rng)).returncode == 0


def forms(reference, folder, package):
    """name -> input, for the three forms of a package."""
    text, tree = folder + '/package.wit', folder + '/tree'
    found = {'of the binary': package}
    if run(reference, 'component', 'wit', '--all-features', package, '-o', text).returncode == 0: found['of the text'] = text
    if run(reference, 'component', 'wit', '--all-features', package, '--out-dir', tree).returncode == 0: found['of the tree'] = tree
    return found


def compare(a, folder, package):
    """The ways in which ctool does otherwise, each with both outputs."""
    for form, path in forms(a.reference, folder, package).items():
        for kind, options in OUTPUTS.items():
            ours, kept_ours = outcome(a.ctool, [*options, path], kind)
            theirs, kept_theirs = outcome(a.reference, [*options, path], kind)
            if ours != theirs: yield '%s %s' % (kind, form), kept_ours, kept_theirs


def keep(a, number, folder, differences):
    target = os.path.join(a.keep, 'wit-%d-%d' % (a.seed, number))
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    for what, ours, theirs in differences:
        for tool, output in ('ctool', ours), ('reference', theirs):
            with open(os.path.join(target, '%s by %s' % (what, tool)), 'wb') as f: f.write(output)
        print('  package %d: %s differs (%s)' % (number, what, target), flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--ctool', required=True)
    p.add_argument('--reference', default=os.environ.get('WASM_TOOLS', 'wasm-tools'))
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--seconds', type=float)
    p.add_argument('--keep', default='differences')
    a = p.parse_args()
    a.reference = shutil.which(a.reference)
    if not a.reference or run(a.reference, 'wit-smith', '--help').returncode: return print('skipped: needs a wasm-tools that has wit-smith') or 77
    rng, end = random.Random(a.seed), time.time() + a.seconds if a.seconds else None
    done = same = number = size = 0
    while done < a.count and not (end and time.time() > end):
        number += 1
        with tempfile.TemporaryDirectory() as folder:
            package = folder + '/package.wasm'
            if not make(a.reference, rng, package): continue
            differences = list(compare(a, folder, package))
            if differences: keep(a, number, folder, differences)
            size += os.path.getsize(package)
        done += 1
        same += not differences
    print('%d of %d random packages, of %d bytes in the mean: text, JSON and binary are those of the reference' % (same, done, size / max(done, 1)))
    return 0 if done and same == done else 1


if __name__ == '__main__':
    sys.exit(main())
