#!/usr/bin/env python3
"""Runs .clusterfuzzlite/build.sh as its base image would, with the compiler that is here: build_script.py [--work FOLDER] [TARGET...]

Then each target (or those named) stands in $OUT with its seeds, options and dictionary, and runs over its seeds and a hundred mutants. Exit 77 without clang 19."""
import argparse, glob, os, shutil, subprocess, sys, tempfile, zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def check_target(out, target):
    path = os.path.join(out, 'fuzz_' + target)
    options = open(path + '.options').read()
    words = [path, '-runs=100', '-max_len=1024']
    if 'dict = ' in options: words.append('-dict=%s.dict' % path)
    with tempfile.TemporaryDirectory() as seeds:
        with zipfile.ZipFile(path + '_seed_corpus.zip') as archive: archive.extractall(seeds)
        count = len(os.listdir(seeds))
        p = subprocess.run(words + [seeds], cwd=seeds, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    print('%s: %d seeds, status %d' % (target, count, p.returncode), flush=True)
    if p.returncode: print(p.stdout[-2000:])
    return p.returncode == 0 and count > 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('targets', nargs='*')
    p.add_argument('--work', default=os.path.join(ROOT, 'build', 'clusterfuzzlite'))
    options = p.parse_args()
    if not shutil.which('clang-19'): sys.exit(print('skipped: no clang-19') or 77)
    folders = {name: os.path.join(options.work, name.lower()) for name in ('SRC', 'WORK', 'OUT')}
    for folder in folders.values(): os.makedirs(folder, exist_ok=True)
    tree = os.path.join(folders['SRC'], 'ctool')
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns('build', '.git', '__pycache__')) # as COPY in the Dockerfile
    environment = dict(os.environ, CC='clang-19', CXX='clang++-19', CFLAGS='-O1 -g -fsanitize=address,fuzzer-no-link', LIB_FUZZING_ENGINE='-fsanitize=fuzzer', FUZZING_ENGINE='libfuzzer', **folders)
    if subprocess.run([os.path.join(ROOT, '.clusterfuzzlite', 'build.sh')], env=environment).returncode: return 1
    every = [os.path.basename(path)[5:-2] for path in sorted(glob.glob(os.path.join(ROOT, 'fuzz', 'fuzz_*.c')))]
    return 0 if all([check_target(folders['OUT'], target) for target in options.targets or every]) else 1


if __name__ == '__main__': sys.exit(main())
