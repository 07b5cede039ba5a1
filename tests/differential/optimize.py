#!/usr/bin/env python3
"""Differential test of `ctool optimize`: random modules behave the same before and after, in node's engine (run_pairs.mjs) and in wasmtime (run_pairs.py).

    optimize.py --ctool PATH [--reference WASM_TOOLS] [--count 2000] [--seed 1] [--seconds N] [--keep FOLDER] [--options "OPTIONS OF optimize"]

The modules are wasm-tools smith's, of changing shapes; the same seed gives the same ones. Those that behave otherwise are kept. Exit 77 without
wasm-tools or any engine (node, or the Python package wasmtime in this Python). A nightly run is --count 20000 with a new seed.
"""
import argparse, importlib.util, os, shlex, random, shutil, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
def switches(**values): return [word for name, value in values.items() for word in ('--' + name.replace('_', '-'), str(value).lower())]


COMMON = ['--ensure-termination', *switches(canonicalize_nans=True, max_memory32_bytes=1 << 20, max_memory64_bytes=1 << 20, max_table_elements=1000, memory_max_size_required=True,
          table_max_size_required=True, allow_start_export=True, threads_enabled=False, shared_everything_threads_enabled=False, compact_imports_enabled=False,
          custom_descriptors_enabled=False, acquire_release_atomics_enabled=False, multibyte_array_access_enabled=False)]
LATE = switches(gc_enabled=False, memory64_enabled=False, custom_page_sizes_enabled=False, wide_arithmetic_enabled=False, relaxed_simd_enabled=False, extended_const_enabled=False)
NEVER_NODE = switches(exceptions_enabled=False, reference_types_enabled=False)   # node 20 has older codes of both
PLAIN = switches(simd_enabled=False, tail_call_enabled=False)
IN_NODE = [
    switches(min_funcs=2, export_everything=True, multi_value_enabled=False),
    switches(min_funcs=2, export_everything=True, max_instructions=400, multi_value_enabled=False) + PLAIN,
    switches(max_exports=4, min_exports=2, min_funcs=8) + PLAIN,
    switches(max_exports=8, min_exports=1, min_funcs=20, max_types=4, allow_floats=False, multi_value_enabled=False, simd_enabled=False),
]
IN_WASMTIME = [
    switches(min_funcs=2, export_everything=True),
    switches(min_funcs=4, min_exports=3, max_exports=6, max_instructions=600, gc_enabled=False),
    switches(min_funcs=4, export_everything=True, gc_enabled=False, multi_value_enabled=False),
    switches(min_funcs=8, min_exports=3, max_exports=8, reference_types_enabled=False, gc_enabled=False, memory64_enabled=False, multi_value_enabled=False),
    switches(min_funcs=8, min_exports=3, max_exports=8, disallow_traps=True, gc_enabled=False),
]
class Engine:
    def __init__(self, name, shapes, command): self.name, self.shapes, self.command = name, shapes, command
    def start(self): self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def engines_here():
    found = []
    if shutil.which('node'):
        command = ['node', '--stack-size=900', '--experimental-wasm-type-reflection', os.path.join(HERE, 'run_pairs.mjs')]
        found.append(Engine('node', [LATE + NEVER_NODE + shape for shape in IN_NODE], command))
    if importlib.util.find_spec('wasmtime'):
        found.append(Engine('wasmtime', [switches(max_imports=0, min_imports=0, simd_enabled=False) + shape for shape in IN_WASMTIME], [sys.executable, os.path.join(HERE, 'run_pairs.py')]))
    return found


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--reference', default='wasm-tools')
    p.add_argument('--count', type=int, default=2000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--seconds', type=float)
    p.add_argument('--keep', default='differences')
    p.add_argument('--options', default='')
    a = p.parse_args()
    reference = shutil.which(a.reference)
    engines = engines_here()
    if not reference or not engines: return print('skipped: needs wasm-tools, and node or the Python package wasmtime') or 77
    rng, end = random.Random(a.seed), time.time() + a.seconds if a.seconds else None
    done, refused, broken, reports, failed = 0, 0, [], [], False
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines: engine.start()
        for i in range(a.count):
            if end and time.time() > end: break
            engine = engines[i % len(engines)]
            before, after = '%s/%d.wasm' % (folder, i), '%s/%d.o.wasm' % (folder, i)
            shape = engine.shapes[i // len(engines) % len(engine.shapes)]
            r = subprocess.run([reference, 'smith', *COMMON, *shape, '-o', before], input=rng.randbytes(rng.choice((500, 2000, 6000))), capture_output=True)
            if r.returncode: continue
            r = subprocess.run([a.ctool, 'optimize', *shlex.split(a.options), before, '-o', after], capture_output=True, text=True)
            if r.returncode:
                if 'bug in ctool' in r.stderr or r.returncode != 1: broken.append((before, r.stderr.strip() or 'exit %d' % r.returncode))
                refused += 1
                continue
            done += 1
            engine.process.stdin.write('%s %s\n' % (before, after))
        for engine in engines: reports.append((engine, engine.process.communicate()[0].splitlines()))
        bad = [line.split(':', 1)[0] for _, report in reports for line in report[:-1] if not line.startswith('#')] + [path for path, _ in broken]
        if bad: os.makedirs(a.keep, exist_ok=True)
        for path in bad: shutil.copy(path, os.path.join(a.keep, 'seed%d-%s' % (a.seed, os.path.basename(path))))
    for line in ['%s: %s' % b for b in broken[:20]]: print(line)
    for engine, report in reports:
        failed |= engine.process.returncode != 0
        print('\n'.join(report[-40:-1]))
        print('%s: %s' % (engine.name, report[-1] if report else 'no report'))
    print('seed %d: %d modules optimized, %d refused, %d broken' % (a.seed, done, refused, len(broken)))
    return 1 if failed or broken or not done else 0


if __name__ == '__main__':
    sys.exit(main())
