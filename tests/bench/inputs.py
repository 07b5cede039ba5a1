"""Inputs of any size for the benchmark of growth: each function writes one, of n parts, to a path and needs nothing but Python."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
from framing import leb, section


def name(text): return leb(len(text)) + text.encode()


def many_functions(path, n):
    """A module of n functions; each calls the one before and has a few instructions of its own."""
    body = lambda i: b'\0\x20\0\x41' + leb(i & 63) + b'\x6a' + (b'\x10' + leb(i - 1) if i else b'') + b'\x0b'
    bodies = b''.join(leb(len(b)) + b for b in map(body, range(n)))
    with open(path, 'wb') as f:
        f.write(b'\0asm\1\0\0\0' + section(1, b'\1\x60\1\x7f\1\x7f') + section(3, leb(n) + b'\0' * n) + section(7, b'\1\1f\0' + leb(n - 1)) + section(10, leb(n) + bodies))


def many_types(path, n):
    """A WIT package of n types, in interfaces of a hundred; a type uses the one before (ten deep at most), and an interface a type of the first."""
    with open(path, 'w') as f:
        f.write('package bench:types@1.0.0;\n')
        for i in range(n // 100):
            f.write('interface i%d {\n' % i)
            if i: f.write('  use i0.{t0-x0 as before};\n')
            for j in range(100):
                last = 't%d-x%d' % (i, j - 1) if j % 10 else 'before' if i and j else 'u32'
                if j % 2: f.write('  record t%d-x%d { a: list<%s>, b: option<string> }\n' % (i, j, last))
                else: f.write('  variant t%d-x%d { a(%s), b(tuple<u8, string>) }\n' % (i, j, last))
            f.write('}\n')
        f.write('world w {\n' + ''.join('  import i%d;\n' % i for i in range(n // 100)) + '}\n')


def nested_types(path, n):
    """A WIT package of n records, each of two of the one before: as a tree that is two to the power of n."""
    with open(path, 'w') as f:
        f.write('package bench:nested;\ninterface i {\n  record t0 { x: u32 }\n')
        for i in range(1, n): f.write('  record t%d { a: t%d, b: t%d }\n' % (i, i - 1, i - 1))
        f.write('  f: func(x: list<t%d>);\n}\nworld w {\n  import i;\n  export i;\n}\n' % (n - 1))


def many_imports(path, n):
    """A WIT package whose world imports n functions, of two signatures, and exports one."""
    with open(path, 'w') as f:
        f.write('package bench:imports;\nworld w {\n')
        for i in range(n): f.write('  import call%d: func(%s);\n' % (i, 's: string' if i % 2 else 'n: u32'))
        f.write('  export run: func();\n}\n')


def library(number):
    """A library by the convention of dylink.0: its function fN calls that of the library before."""
    needs = number > 0
    memory = b'\1' + leb(4) + b'\0\0\0\0'
    needed = name('l%d.so' % (number - 1)) if needs else b''
    dylink = name('dylink.0') + memory + (b'\2' + leb(len(needed) + 1) + b'\1' + needed if needs else b'')
    imports = section(2, b'\1' + name('env') + name('f%d' % (number - 1)) + b'\0\0') if needs else b''
    body = b'\0' + (b'\x10\0' if needs else b'') + b'\x0b'
    return (b'\0asm\1\0\0\0' + section(0, dylink) + section(1, b'\1\x60\0\0') + imports + section(3, b'\1\0')
            + section(7, b'\1' + name('f%d' % number) + b'\0' + leb(int(needs))) + section(10, b'\1' + leb(len(body)) + body))


def libraries(folder, n):
    """A folder of n libraries that need each other in one chain, and the WIT of a world that exports the function of the last."""
    os.makedirs(folder)
    for i in range(n):
        with open('%s/l%d.so' % (folder, i), 'wb') as f: f.write(library(i))
    with open(folder + '.wit', 'w') as f: f.write('package bench:chain;\nworld w {\n  export f%d: func();\n}\n' % (n - 1))
