#!/usr/bin/env python3
"""Random modules that were made to pause, by ctool and by Binaryen's wasm-opt, do what they did without pauses (driver.mjs).

    random_modules.py --ctool PATH [--reference WASM_TOOLS] [--wasm-opt WASM_OPT] [--count 500] [--seed 1] [--seconds N] [--keep FOLDER]

The modules are wasm-tools smith's; the same seed gives the same ones. Those that do something else are kept. Exit 77 without node or wasm-tools. Without
wasm-opt, ctool's results are compared with the modules as they were, and with each other.
"""
import argparse, collections, json, os, random, shutil, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
def switches(**values): return [word for name, value in values.items() for word in ('--' + name.replace('_', '-'), str(value).lower())]


IMPORTS = b'''(module (import "env" "pause" (func (param i32) (result i32))) (import "env" "tell" (func (param i32 i64))) (import "env" "now" (func (result f64)))
  (import "env" "mix" (func (param f32 i64 f64) (result i64))) (import "env" "yield" (func)))'''
COMMON = ['--ensure-termination', '--fuel', '300', *switches(canonicalize_nans=True, min_memories=1, max_memories=1, max_memory32_bytes=1 << 26, memory_max_size_required=False, export_everything=True,
          max_table_elements=100, allow_start_export=False, threads_enabled=False, shared_everything_threads_enabled=False, compact_imports_enabled=False, custom_descriptors_enabled=False,
          acquire_release_atomics_enabled=False, multibyte_array_access_enabled=False, gc_enabled=False, memory64_enabled=False, custom_page_sizes_enabled=False, wide_arithmetic_enabled=False,
          relaxed_simd_enabled=False, extended_const_enabled=False, exceptions_enabled=False, reference_types_enabled=False, multi_value_enabled=False, tail_call_enabled=False)]
SHAPES = [
    switches(min_funcs=4, max_funcs=12, simd_enabled=False, disallow_traps=True),
    switches(min_funcs=2, max_funcs=30, max_instructions=400, disallow_traps=True),
    switches(min_funcs=8, max_types=4, simd_enabled=False, allow_floats=False),
    switches(min_funcs=5, max_funcs=8, max_types=3, max_instructions=1000, simd_enabled=False, disallow_traps=True),
]
WASM_OPT = ['-Oz', '--asyncify', '--enable-bulk-memory', '--enable-sign-ext', '--enable-nontrapping-float-to-int', '--enable-mutable-globals', '--enable-simd']


def make(a, rng, folder, i):
    """A job for the driver, or None. Beside it the sizes by tool."""
    plain, small, asserts = (os.path.join(folder, '%d.%s.wasm' % (i, kind)) for kind in ('plain', 'small', 'asserts'))
    r = subprocess.run([a.reference, 'smith', *COMMON, *rng.choice(SHAPES), '--available-imports', os.path.join(folder, 'imports.wasm'), '-o', plain],
                       input=rng.randbytes(rng.choice((600, 2000, 5000, 9000))), capture_output=True)
    if r.returncode: return None, 'smith makes none'
    paused = []
    for out, options in ((small, []), (asserts, ['-O0', '--pass-arg=asyncify-asserts'])):
        r = subprocess.run([a.ctool, 'optimize', '--asyncify', *options, plain, '-o', out], capture_output=True, text=True)
        if r.returncode: return None, 'ctool: ' + r.stderr.split('\n')[0]
        paused.append(out)
    return {'name': str(i), 'seed': rng.randrange(1 << 31), 'plain': plain, 'paused': paused, 'rounds': 2}, None


def add_other(a, job):
    """What wasm-opt makes of it, for modules that pause."""
    other = job['plain'].replace('.plain.', '.other.')
    r = subprocess.run([a.wasm_opt, *WASM_OPT, job['plain'], '-o', other], capture_output=True, text=True)
    if r.returncode == 0: job['paused'].append(other)
    return r.returncode == 0


def without_asyncify(a, job, folder):
    out = os.path.join(folder, 'without.wasm')
    sizes = []
    for argv in ([a.ctool, 'optimize', job['plain'], '-o', out], [a.wasm_opt, *(word for word in WASM_OPT if word != '--asyncify'), job['plain'], '-o', out]):
        subprocess.run(argv, check=True, capture_output=True)
        sizes.append(os.path.getsize(out))
    return sizes


def drive(driver, job):
    driver.stdin.write(json.dumps(job) + '\n')
    driver.stdin.flush()
    return json.loads(driver.stdout.readline())


def keep(a, job, told):
    os.makedirs(a.keep, exist_ok=True)
    for f in [job['plain'], *job['paused']]: shutil.copy(f, a.keep)
    with open(os.path.join(a.keep, job['name'] + '.json'), 'w') as f: json.dump(job, f)
    print('%s: %s' % (job['name'], told[:1500]))


def weigh(a, job, folder, sizes, counts):
    """Beside wasm-opt: the whole, and what asyncify adds to what the optimizer makes."""
    small, other = without_asyncify(a, job, folder)
    plain, ours, theirs = (os.path.getsize(path) for path in (job['plain'], job['paused'][0], job['paused'][-1]))
    sizes.update({'plain': plain, 'ctool': ours, 'wasm-opt': theirs, 'asyncify by ctool': ours - small, 'asyncify by wasm-opt': theirs - other})
    counts.update({'larger': ours > theirs, 'grows more': ours - small > theirs - other, 'beside': 1})


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--reference', default='wasm-tools')
    p.add_argument('--wasm-opt', default='wasm-opt')
    p.add_argument('--count', type=int, default=500)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--seconds', type=float)
    p.add_argument('--keep', default='differences')
    a = p.parse_args()
    a.reference, a.wasm_opt = shutil.which(a.reference), shutil.which(a.wasm_opt)
    if not a.reference or not shutil.which('node'):
        print('skipped: needs wasm-tools and node')
        sys.exit(77)
    end = time.time() + a.seconds if a.seconds else None
    skipped, sizes, counts, bad = collections.Counter(), collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([a.reference, 'parse', '-', '-o', os.path.join(folder, 'imports.wasm')], input=IMPORTS, check=True)
        driver = subprocess.Popen(['node', '--stack-size=3000', os.path.join(HERE, 'driver.mjs')], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        i = a.seed * 1000000
        while counts['run'] < a.count and not (end and time.time() > end):
            i += 1
            job, why = make(a, random.Random(i), folder, i)
            if why:
                if why.startswith('ctool') and 'which asyncify cannot rewrite' not in why: bad += 1
                skipped[why[:100]] += 1
                continue
            result = drive(driver, job)
            if a.wasm_opt and result.get('pauses') and add_other(a, job): result = drive(driver, job)
            if 'skip' in result:
                skipped[result['skip'][:60]] += 1
            elif 'told' in result:
                bad += 1
                keep(a, job, result['told'])
            elif not result['pauses']:
                skipped['it never pauses'] += 1
            else:
                counts['run'] += 1
                counts['pauses'] += result['pauses']
                if len(job['paused']) > 2: weigh(a, job, folder, sizes, counts)
            for f in [job['plain'], *job['paused']]: os.remove(f)
        driver.stdin.close()
        driver.wait()
    print('%d modules paused %d times' % (counts['run'], counts['pauses']))
    if counts['beside']:
        print('%d beside wasm-opt: bytes: %s; larger: %d; asyncify adds more: %d' % (counts['beside'], ', '.join('%s %d' % s for s in sizes.items()), counts['larger'], counts['grows more']))
    for why, count in skipped.most_common(12): print('skipped %d: %s' % (count, why))
    sys.exit(1 if bad else 0)


main()
