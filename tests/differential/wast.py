#!/usr/bin/env python3
"""Test scripts become the same JSON and the same modules as by wasm-tools: wast.py --ctool PATH [--reference WASM_TOOLS]

Every script of the conformance data goes through `json-from-wast` of both; all files that they write are compared, or that both refuse. OTHERWISE lists the scripts
that differ, and tests/conformance/README.md says why; no other may, and each of these must. Exit 77 without the data or wasm-tools.
"""
import argparse, glob, os, shutil, subprocess, sys, tempfile

SHARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../shared/conformance/wast')
OTHERWISE = {'component-model/async/cancellable', 'wasm-tools/async/stackful', 'wasm-tools/async/task-builtins', 'wasm-tools/async/threading', 'wasm-tools/memory64/waitable-set',
             'wasm-tools/canon-names', 'wasm-tools/values/start', 'wasm-tools/values/values'}


def converted(tool, script):
    """name -> bytes of all that the tool makes of a script; None when it refuses it."""
    with tempfile.TemporaryDirectory() as d:
        p = subprocess.run([tool, 'json-from-wast', script, '-o', d + '/s.json', '--wasm-dir', d], capture_output=True, env={**os.environ, 'WAST_STRICT_COMPONENT_INDICES': '0'})
        names = os.listdir(d)
        if p.returncode == 0: return {name: open(os.path.join(d, name), 'rb').read() for name in names}
        return None if p.returncode == 1 and not names else {'exit': p.returncode, 'left': names}


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--reference', default=os.environ.get('WASM_TOOLS') or 'wasm-tools')
    a = p.parse_args()
    reference, scripts = shutil.which(a.reference), sorted(glob.glob(SHARED + '/**/*.wast', recursive=True))
    if not reference or not scripts: return print('skipped: needs wasm-tools, and the conformance data beside the project') or 77
    other, files, refused = set(), 0, 0
    for script in scripts:
        name = os.path.relpath(script, SHARED)[:-len('.wast')]
        ours, theirs = converted(os.path.abspath(a.ctool), script), converted(reference, script)
        files += len(ours or ())
        refused += ours is None and theirs is None
        if ours == theirs: continue
        other.add(name)
        if name not in OTHERWISE: print('%s: %s' % (name, sorted(k for k in {*(ours or ()), *(theirs or ())} if (ours or {}).get(k) != (theirs or {}).get(k))[:5]))
    for name in OTHERWISE - other: print('%s: the same, and listed as another' % name)
    print('%d scripts: %d the same with %d files, %d of them refused; %d differ, %d may' % (len(scripts), len(scripts) - len(other), files, refused, len(other), len(OTHERWISE)))
    return other != OTHERWISE


if __name__ == '__main__':
    sys.exit(main())
