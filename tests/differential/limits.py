"""Modules and components of n somethings for validate.py --limits: the rows of src/core/limits.def and src/component/limits.def that a file can reach alone,
each one below the limit, at it and one above. Bytes by hand, so that nothing of ctool makes what ctool is asked about."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
from framing import COMPONENT, MODULE, leb, section


def index(n):
    """An index where negative numbers mean other things: LEB with a sign."""
    return leb(n) if leb(n)[-1] < 64 else leb(n)[:-1] + bytes([leb(n)[-1] | 128, 0])


def items(number, n, item):
    """A section of n items: equal ones, or item(i)."""
    return section(number, leb(n) + (item * n if isinstance(item, bytes) else b''.join(map(item, range(n)))))


def name(text):
    return leb(len(text)) + text


def label(i):
    return name(b'n%d' % i)


def function(body, types=b'\1\x60\0\0'):
    return section(1, types) + section(3, b'\1\0') + section(10, b'\1' + leb(len(body)) + body)


def functype(params, results):
    return b'\x60' + leb(params) + b'\x7f' * params + leb(results) + b'\x7f' * results


PLAIN = section(1, b'\1\x60\0\0')

CORE = [
    ('types', 1000000, lambda n: items(1, n, b'\x60\0\0')),
    ('types of one group', 1000000, lambda n: section(1, b'\1\x4e' + leb(n) + b'\x60\0\0' * n)),
    ('functions', 1000000, lambda n: PLAIN + items(3, n, b'\0') + items(10, n, b'\2\0\x0b')),
    ('imports', 1000000, lambda n: PLAIN + items(2, n, b'\1m\1n\0\0')),
    ('exports', 1000000, lambda n: section(5, b'\1\0\1') + items(7, n, lambda i: label(i) + b'\2\0')),
    ('globals', 1000000, lambda n: items(6, n, b'\x7f\0\x41\0\x0b')),
    ('tags', 1000000, lambda n: PLAIN + items(13, n, b'\0\0')),
    ('tables', 100000, lambda n: items(4, n, b'\x70\0\1')),
    ('memories', 100, lambda n: items(5, n, b'\0\1')),
    ('element segments', 100000, lambda n: items(9, n, b'\1\0\0')),
    ('data segments', 100000, lambda n: items(11, n, b'\1\0')),
    ('elements of a segment', 10000000, lambda n: PLAIN + section(3, b'\1\0') + section(9, b'\1\1\0' + leb(n) + b'\0' * n) + section(10, b'\1\2\0\x0b')),
    ('bytes of a name', 100000, lambda n: section(0, name(b'x' * n))),
    ('bytes of an export name', 100000, lambda n: section(5, b'\1\0\1') + section(7, b'\1' + name(b'x' * n) + b'\2\0')),
    ('bytes of a function', 7654321, lambda n: function(b'\0' + b'\1' * (n - 2) + b'\x0b')),
    ('locals', 50000, lambda n: function(b'\2\1\x7f' + leb(n - 1) + b'\x7e\x0b')),
    ('locals with parameters', 50000, lambda n: function(b'\1' + leb(n - 1) + b'\x7e\x0b', b'\1\x60\1\x7f\0')),
    ('parameters', 1000, lambda n: section(1, b'\1' + functype(n, 0))),
    ('results', 1000, lambda n: section(1, b'\1' + functype(0, n))),
    ('fields of a struct', 10000, lambda n: section(1, b'\1\x5f' + leb(n) + b'\x7f\0' * n)),
    ('supertypes above a type', 63, lambda n: section(1, leb(n + 1) + b'\x50\0\x5f\0' + b''.join(b'\x50\1' + leb(i) + b'\x5f\0' for i in range(n)))),
    ('supertypes of a type', 1, lambda n: section(1, b'\2\x50\0\x5f\0\x50' + leb(n) + b'\0' * n + b'\x5f\0')),
    ('catch clauses', 10000, lambda n: function(b'\0\x1f\x40' + leb(n) + b'\2\0' * n + b'\x0b\x0b')),
    ('handlers', 10000, lambda n: section(1, b'\2\x60\0\0\x5d\0') + section(3, b'\1\0') + section(13, b'\1\0\0') + section(10, b'\1' + name(b'\0\0\xe3\1' + leb(n) + b'\1\0' * n + b'\x0b'))),
    ('pages of a memory', 65536, lambda n: section(5, b'\1\0' + leb(n))),
    ('pages of a memory of 64 bits', 1 << 48, lambda n: section(5, b'\1\4' + leb(n))),
    ('elements of a table', (1 << 32) - 1, lambda n: section(4, b'\1\x70\0' + leb(n))),
    ('alignment', 2, lambda n: section(1, b'\1\x60\0\0') + section(3, b'\1\0') + section(5, b'\1\0\1') + section(10, b'\1' + name(b'\0\x41\0\x28' + leb(n) + b'\0\x1a\x0b'))),
]

U8 = b'\x7d'
RESOURCE = section(7, b'\1\x3f\x7f\0')
MEMORY = section(1, MODULE + section(6, b'\1\x7f\0\x41\0\x0b') + section(7, b'\1\1g\3\0')) + section(2, b'\1\0\0\0')


def nested(n):
    out = COMPONENT
    for _ in range(n - 1):
        out = COMPONENT + section(4, out)
    return out[8:]


def tree(n):
    """A tuple of size n: 999 tuples of size 1000, and single ones."""
    rest = n - 999001
    return section(7, b'\2' + b'\x6f' + leb(999) + U8 * 999 + b'\x6f' + leb(999 + rest) + b'\0' * 999 + U8 * rest)


def started(n):
    """A start function with n arguments: values that are imported."""
    params = b'\x40' + leb(n) + b''.join(label(i) + U8 for i in range(n)) + b'\1\0'
    return section(7, b'\1' + params) + section(10, leb(n + 1) + b'\0\1f\1\0' + b''.join(b'\0' + label(i) + b'\2' + U8 for i in range(n))) + section(9, b'\0' + leb(n) + b''.join(map(leb, range(n))) + b'\0')


COMPONENTS = [
    ('types', 1000000, lambda n: items(7, n, U8)),
    ('functions', 1000000, lambda n: RESOURCE + items(8, n, b'\3\0')),
    ('modules imported', 1000, lambda n: section(3, b'\1\x50\0') + items(10, n, lambda i: b'\0' + label(i) + b'\0\x11\0')),
    ('modules and components', 1000, lambda n: section(1, MODULE) * (n - 1)),
    ('components imported', 1000, lambda n: section(7, b'\1\x41\0') + items(10, n, lambda i: b'\0' + label(i) + b'\4\0')),
    ('components inside each other', 1000, nested),
    ('core instances', 4096, lambda n: section(1, MODULE) + items(2, n, b'\0\0\0')),
    ('instances', 4096, lambda n: section(4, COMPONENT) + items(5, n, b'\0\0\0')),
    ('instances imported', 4096, lambda n: section(7, b'\1\x42\0') + items(10, n, lambda i: b'\0' + label(i) + b'\5\0')),
    ('core globals', 1000000, lambda n: MEMORY + items(6, n, b'\0\3\1\0\1g')),
    ('declarations of a module type', 100000, lambda n: section(3, b'\1\x50' + leb(n) + b'\1\x60\0\0' * n)),
    ('memories that a module type imports', 100, lambda n: section(3, b'\1\x50' + leb(n) + b''.join(b'\0\1m' + label(i) + b'\2\0\1' for i in range(n)))),
    ('declarations of a component type', 1000000, lambda n: section(7, b'\1\x41' + leb(n) + (b'\1' + U8) * n)),
    ('declarations of an instance type', 1000000, lambda n: section(7, b'\1\x42' + leb(n) + (b'\1' + U8) * n)),
    ('fields of a record', 10000, lambda n: section(7, b'\1\x72' + leb(n) + b''.join(label(i) + U8 for i in range(n)))),
    ('cases of a variant', 10000, lambda n: section(7, b'\1\x71' + leb(n) + b''.join(label(i) + b'\0\0' for i in range(n)))),
    ('types of a tuple', 10000, lambda n: section(7, b'\1\x6f' + leb(n) + U8 * n)),
    ('flags', 32, lambda n: section(7, b'\1\x6e' + leb(n) + b''.join(map(label, range(n))))),
    ('cases of an enum', 10000, lambda n: section(7, b'\1\x6d' + leb(n) + b''.join(map(label, range(n))))),
    ('bytes of a value', 268435455, lambda n: section(7, b'\1\x67' + U8 + leb(n))),
    ('elements of a fixed-length list', 1073741824, lambda n: section(7, b'\1\x67' + U8 + leb(n))),
    ('parameters', 1000, lambda n: section(7, b'\1\x40' + leb(n) + b''.join(label(i) + U8 for i in range(n)) + b'\1\0')),
    ('arguments of an instance', 100000, lambda n: RESOURCE + section(4, COMPONENT) + section(5, b'\1\0\0' + leb(n) + b''.join(label(i) + b'\3\0' for i in range(n)))),
    ('exports of an instance', 100000, lambda n: RESOURCE + section(5, b'\1\1' + leb(n) + b''.join(b'\0' + label(i) + b'\3\0' for i in range(n)))),
    ('arguments of a core instance', 100000, lambda n: MEMORY + section(2, b'\1\0\0' + leb(n) + b''.join(label(i) + b'\x12\0' for i in range(n)))),
    ('exports of a core instance', 100000, lambda n: MEMORY + section(6, b'\1\0\3\1\0\1g') + section(2, b'\1\1' + leb(n) + b''.join(label(i) + b'\3\0' for i in range(n)))),
    ('values, arguments of the start function', 1000, started),
    ('bytes of a name', 100000, lambda n: section(7, b'\1\x42\0') + section(10, b'\1\0' + name(b'x' * n) + b'\5\0')),
    ('size of a type', 999999, tree),
    ('component types inside each other', 100, lambda n: section(7, b'\1' + b'\x41\1\1' * (n - 1) + b'\x41\0')),
    ('instance types inside each other', 100, lambda n: section(7, b'\1' + b'\x42\1\1' * (n - 1) + b'\x42\0')),
    ('types inside each other', 100, lambda n: section(7, leb(n - 1) + b'\x70' + U8 + b''.join(b'\x70' + index(i) for i in range(n - 2)))),
]


UNREACHED = ['imports', 'exports', 'elements of a fixed-length list'] # another limit comes first, so that even one below is refused


def cases():
    """(title, is it valid?, function that makes the bytes)"""
    for start, table, what in ((MODULE, CORE, 'core: '), (COMPONENT, COMPONENTS, 'component: ')):
        for title, limit, make in table:
            for n in (limit - 1, limit, limit + 1):
                yield '%s%s: %d' % (what, title, n), n <= limit and title not in UNREACHED, lambda start=start, make=make, n=n: start + make(n)
