#!/usr/bin/env python3
"""From objects to a component: ctool ld beside bare wasm-ld, which makes the core module alone, and beside wasm-component-ld where that is installed.

    link.py --ctool PATH [--runs 21] [--work FOLDER] [--wasm-component-ld PATH]

SQLite's shell-like program, and a C++ program of 5 MB; by clang-19, wasm-ld-19 and Debian's wasi-libc. Wall-clock and CPU milliseconds of the whole process and of what it
starts, least and median of the runs, all sides in turn. And what the start of ctool costs under each name.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'run'))
import cost, fetch, run

UNITS, CLASSES = 12, 60


def unit(number):
    """Templates, virtual functions and tables: about 420 KB of code."""
    lines = ['#include <stdio.h>\nextern "C" unsigned seed;', 'template <int N, int C> struct Step { static unsigned go(unsigned x, const unsigned *t) {',
             '  for (int i = 0; i < 3; i++) x = (x * (N * 2 + C * 4 + 1u) ^ t[(x + i) % 16]) + (x >> (N % 13 + 1)); switch (x % 7) {',
             *('    case %d: x = x * %du + t[%d] - (x << %d); break;' % (i, i * 2 + 3, i, i + 1) for i in range(7)),
             '  } return x % 3 ? Step<N - 1, C>::go(x + N, t) : x ^ Step<N - 1, C>::go(x - N, t); } };', 'template <int C> struct Step<0, C> { static unsigned go(unsigned x, const unsigned *) { return x; } };',
             'namespace unit%d { struct Base { virtual ~Base() {} virtual unsigned at(unsigned) const = 0; unsigned table[16]; };' % number]
    for i in range(CLASSES):
        lines.append('struct C%d final : Base { C%d() { for (unsigned i = 0; i < 16; i++) table[i] = i * %du + %du; }\n'
                     '  unsigned at(unsigned x) const override { return __builtin_constant_p(x) ? 0 : Step<%d, %d>::go(x + %du, table); } };'
                     % (i, i, i * 7 + number, i, 18 + (i + number) % 12, number * CLASSES + i, i))
    lines.append('unsigned all(unsigned x) {')
    lines += ['  { C%d c; const Base *volatile b = &c; x += b->at(x); }' % i for i in range(CLASSES)]
    lines.append('  printf("%%u\\n", x); return x; } }\nextern "C" unsigned run%d(unsigned x) { return unit%d::all(x + seed); }' % (number, number))
    return '\n'.join(lines) + '\n'


def compile_all(work, names):
    clang, env = fetch.debian_clang('c')
    objects = []
    for name, text, flags in names:
        source, out = os.path.join(work, name), os.path.join(work, name + '.o')
        objects.append(out)
        if text is not None:
            with open(source, 'w') as f: f.write(text)
        command = [clang[0] if not name.endswith('.cc') else clang[0].replace('clang', 'clang++', 1), clang[1], '-c', *flags, source if text is not None else name, '-o', out]
        if not os.path.exists(out): subprocess.run(command, env=env, check=True)
    return objects


def cpp(work):
    main = '#include <stdio.h>\nunsigned seed = 5;\nvoid _ZdlPvm(void *at, unsigned long size) { (void)at, (void)size; } /* operator delete, without its library */\n%s\nint main(void) { unsigned x = 1;\n%s\n  printf("%%u\\n", x); return 0; }\n' % (
        '\n'.join('unsigned run%d(unsigned);' % i for i in range(UNITS)), '\n'.join('  x = run%d(x);' % i for i in range(UNITS)))
    return compile_all(work, [('main.c', main, ['-O1'])] + [('unit%d.cc' % i, unit(i), ['-O2', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-Wno-everything']) for i in range(UNITS)]), []


def sqlite(work):
    folder = fetch.sqlite()
    words = run.sqlite()
    defines, libraries = [w for w in words if w.startswith('-D')], [w for w in words if w.startswith('-l')]
    objects = []
    for path in (os.path.join(folder, 'sqlite3.c'), os.path.join(HERE, '..', 'run', 'sqlite', 'main.c')):
        out = os.path.join(work, 'sqlite-' + os.path.basename(path) + '.o')
        clang, env = fetch.debian_clang('c')
        if not os.path.exists(out): subprocess.run([*clang[:2], '-c', '-w', '-O2', '-I' + folder, '-I' + os.path.join(HERE, '..', 'run', 'support'), *defines, path, '-o', out], env=env, check=True)
        objects.append(out)
    return objects, libraries


def line_of(objects, libraries, out):
    """The arguments that clang gives its linker."""
    clang, env = fetch.debian_clang('c')
    said = subprocess.run([*clang, *objects, *libraries, '-o', out, '-###'], env=env, capture_output=True, text=True, check=True).stderr
    return [w.replace('\\"', '"') for w in re.findall(r'"((?:[^"\\]|\\.)*)"', said.strip().split('\n')[-1])][1:]


def starts(ctool, folder, runs):
    """Least milliseconds of --version under each name."""
    names = ['ctool', 'wasm-tools', 'wasm-component-ld', 'wasm-opt', 'wasm-strip', 'wasm-validate', 'wasm-objdump', 'wasm2wat', 'wat2wasm']
    for name in names:
        path = os.path.join(folder, name)
        os.symlink(ctool, path)
        walls = [cost.once([path, '--version'])[1] for _ in range(runs)]
        print('start as %-18s %.2f ms, median %.2f' % (name, min(walls), statistics.median(walls)))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--ctool', required=True)
    p.add_argument('--runs', type=int, default=21)
    p.add_argument('--work')
    p.add_argument('--wasm-component-ld', default=shutil.which('wasm-component-ld'))
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cost.prepare(folder)
        work = os.path.abspath(a.work or folder)
        os.makedirs(work, exist_ok=True)
        starts(os.path.abspath(a.ctool), folder, a.runs)
        lld = fetch.program('wasm-ld-19', 'wasm-ld')
        sides = {'wasm-ld': [lld], 'ctool ld': [os.path.abspath(a.ctool), 'ld', '--wasm-ld-path', lld]}
        if a.wasm_component_ld: sides['wasm-component-ld'] = [os.path.abspath(a.wasm_component_ld), '--wasm-ld-path', lld, '--wasi-adapter', 'command']
        for program, made in (('SQLite', sqlite(work)), ('C++', cpp(work))):
            out = os.path.join(work, 'out.wasm')
            line = line_of(*made, out)
            figures = {name: [] for name in sides}
            for _ in range(a.runs):
                for name, command in sides.items():
                    figures[name].append(cost.once([*command, *line]))
                    if figures[name][-1] is None: sys.exit('%s fails: %s' % (name, ' '.join([*command, *line])))
            subprocess.run([lld, *line], check=True)
            print('%s, a core module of %.2f MB' % (program, os.path.getsize(out) / 1e6))
            bare = min(f[1] for f in figures['wasm-ld'])
            for name in sides:
                walls, cpus = [f[1] for f in figures[name]], [f[0] for f in figures[name]]
                print('  %-18s wall %7.1f ms (median %7.1f), %.3f of wasm-ld; CPU %7.1f ms' % (name, min(walls), statistics.median(walls), min(walls) / bare, min(cpus)))


if __name__ == '__main__': main()
