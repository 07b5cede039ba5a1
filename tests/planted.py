#!/usr/bin/env python3
"""Does the suite find bugs? Plants one of each kind in a copy of the project, builds it with the sanitizers, and runs the tests until one fails.

    planted.py [--work FOLDER] [--jobs N] [--limit SECONDS] [KIND...]

The copy and its build stay in FOLDER (build/planted), so that a second run builds no more than what changed. What counts are the seconds from the edit to the
failure, the building of what depends on it included. Exit 1 when a bug was not found, or not within --limit. Not a part of CI: the first build takes minutes."""
import argparse, os, re, shutil, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARTS = ['CMakeLists.txt', 'CMakePresets.json', 'LICENSE', 'README.md', 'corpus', 'fuzz', 'include', 'src', 'tests', 'tools']

# kind, file, what stands there, what comes in its place
PLANTS = [
    ('overflow', 'src/base/cursor.c', 'if (size > cti_cursor_left(c)) {', 'if (size > cti_cursor_left(c) + 1) {'),
    ('use-after-free', 'src/base/pieces.c', '*owner = *arena;', '*owner = *arena;\n  cti_arena_free(arena);'),
    ('wrong-verdict', 'src/core/instr_validate.c', 'if (in->memarg.align_log2 > op->width) return', 'if (in->memarg.align_log2 > op->width + 1u) return'),
    ('wrong-code', 'src/passes/ir_fold_binary.c', 'case CTI_OP_I32_LT_U: return CTI_OP_I32_GT_U;', 'case CTI_OP_I32_LT_U: return CTI_OP_I32_GE_U;'),
    ('lost-output', 'src/base/file.c', 'if (write_pieces(output->descriptor, pieces, count)) return CT_OK;', 'if (write_pieces(output->descriptor, pieces, count / 2 + 1)) return CT_OK;'),
]


def copy(folder):
    """What is newer goes over what is there, so that times of files tell what to build."""
    for part in PARTS:
        source = os.path.join(ROOT, part)
        if os.path.isfile(source): copy_file(source, os.path.join(folder, part))
        for at, folders, names in os.walk(source):
            folders[:] = [f for f in folders if f != '__pycache__']
            for name in names: copy_file(os.path.join(at, name), os.path.join(folder, part, os.path.relpath(at, source), name))


def copy_file(source, target):
    with open(source, 'rb') as f: wanted = f.read()
    if os.path.exists(target):
        with open(target, 'rb') as f:
            if f.read() == wanted: return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(source, target)


def quiet(*command):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    return p.returncode, p.stdout


def build(options, folder):
    status, text = quiet('cmake', '--build', folder, '-j%d' % options.jobs)
    if status: sys.exit(print(text[-4000:]) or 1)


def first_failure(options, folder):
    """What takes long comes last: ctest itself begins with it."""
    for label in 'unit', 'cli', 'fuzz', 'starve':
        status, text = quiet('ctest', '--test-dir', folder, '-L', label, '-j%d' % options.jobs, '--stop-on-failure', '--timeout', '300')
        failed = re.findall(r'Test +#\d+: (\S+) \.*\*\*\*', text)
        if status and failed: return failed[0]
    return None


def plant(options, tree, folder, row):
    kind, name, old, new = row
    path = os.path.join(tree, name)
    with open(path) as f: text = f.read()
    if text.count(old) != 1: sys.exit('%s: %s does not have its place once any more; mend PLANTS' % (kind, name))
    began = time.time()
    try:
        with open(path, 'w') as f: f.write(text.replace(old, new))
        build(options, folder)
        built = time.time()
        found = first_failure(options, folder)
    finally:
        with open(path, 'w') as f: f.write(text)
    seconds = time.time() - began
    print('| %s | %s | %s | %d s, of which %d s of building |' % (kind, name, found or 'NOT FOUND', seconds, built - began), flush=True)
    return found is not None and seconds <= options.limit


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('kinds', nargs='*', metavar='KIND')
    p.add_argument('--work', default=os.path.join(ROOT, 'build', 'planted'))
    p.add_argument('--jobs', type=int, default=os.cpu_count())
    p.add_argument('--limit', type=int, default=300)
    options = p.parse_intermixed_args()
    tree, folder = os.path.join(options.work, 'tree'), os.path.join(options.work, 'asan')
    copy(tree)
    status, text = quiet('cmake', '-S', tree, '-B', folder, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Debug', '-DCTOOL_SANITIZE=ON')
    if status: sys.exit(print(text) or 1)
    build(options, folder)
    rows = [row for row in PLANTS if not options.kinds or row[0] in options.kinds]
    return 0 if rows and all([plant(options, tree, folder, row) for row in rows]) else 1


if __name__ == '__main__': sys.exit(main())
