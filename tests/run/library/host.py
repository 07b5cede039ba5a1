"""The host of the library: gives it what it imports, calls what it exports, compares every answer."""
from types import SimpleNamespace as Record
from wasmtime.component import ResourceHost, ResourceType, Variant

IMPORTS = ['test:library/host=./host.mjs', 'verdict=./host.mjs#verdict']  # where node finds them
PRINTED = 'grüß Gott\n'
CELL = 7  # the host's number for its resource type
HOST, API = 'test:library/host@1.2.0', 'test:library/api@1.2.0'


def person(name, age, tags, x, y):
    return Record(name=name, age=age, tags=tags, home=Record(x=x, y=y))


def plain(value):
    """A value as something that compares with ==."""
    if hasattr(value, 'tag'): return (value.tag, plain(value.payload))
    if isinstance(value, (list, tuple)): return type(value)(plain(v) for v in value)
    if hasattr(value, '__dict__'): return {k: plain(v) for k, v in vars(value).items()}
    return value


def imports(linker, seen):
    """Defines the library's imports. `seen` records what it does with them."""
    cells, dropped = {}, seen['dropped']

    def cell_new(store, value):
        rep = len(cells) + 1
        cells[rep] = value
        return ResourceHost.own(rep, CELL).to_any(store)

    def rep_of(store, handle):
        return handle.to_host(store).rep

    def cell_set(store, handle, value):
        cells[rep_of(store, handle)] = value

    def parse(store, text):
        try: return int(text)
        except ValueError: return 'not a number: ' + text

    with linker.root() as root:
        root.add_func('verdict', lambda store, score: score >= 50)
        with root.add_instance(HOST) as host:
            host.add_func('log', lambda store, message: seen['log'].append(message))
            host.add_func('lookup', lambda store, key: {'color': 'blau', 'empty': ''}.get(key))
            host.add_func('parse', parse)
            host.add_func('mirror-person', lambda store, p: person(p.name[::-1], None if p.age is None else 255 - p.age, p.tags[::-1], p.home.y, p.home.x))
            host.add_func('mirror-shape', lambda store, s: s)
            host.add_func('mirror-small', lambda store, *args: args)
            host.add_func('meet', lambda store, a, b, times: '%s + %s x %d' % (a.name, b.name, times))
            host.add_func('nested', lambda store, rows: [list(map(str.upper, row)) for row in rows[::-1]])
            host.add_resource('cell', ResourceType.host(CELL), lambda store, rep: dropped.append(rep))
            host.add_func('[constructor]cell', cell_new)
            host.add_func('[method]cell.get', lambda store, handle: cells[rep_of(store, handle)])
            host.add_func('[method]cell.set', cell_set)
            host.add_func('[static]cell.sum', lambda store, handles: sum(cells[rep_of(store, h)] for h in handles))
            host.add_func('[static]cell.take', lambda store, handle: cells[rep_of(store, handle)])


def check(instance, store, seen, output):
    """Calls every export. `output()` gives what was written to standard output so far."""
    api = instance.get_export_index(store, API)

    def call(name, *args, parent=api):
        return instance.get_func(store, instance.get_export_index(store, name, parent))(store, *args)

    def same(name, args, want, parent=api):
        got = plain(call(name, *args, parent=parent))
        assert got == plain(want), '%s%r gave %r, not %r' % (name, tuple(map(plain, args)), got, plain(want))

    same('live', [], 0)
    same('reverse', ['stressed'], 'desserts'); same('reverse', [''], '')
    same('sum', [[1, -2, 2147483647, 2147483647]], 4294967293); same('sum', [[]], 0)
    same('transpose', [[[1, 2, 3], [4, 5, 6]]], [[1, 4], [2, 5], [3, 6]]); same('transpose', [[]], [])
    counts = [0] * 256; counts[0] = 2; counts[255] = 1
    same('count-bytes', [b'\x00\xff\x00'], bytes(counts))
    ada = person('Ada', 36, ['mathematics', '', 'Lovelace ♥'], -7, 8)
    bob = person('Bob', None, [], 2147483647, -2147483648)
    same('older', [ada, 100], person('Ada', 136, ada.tags, -7, 8)); same('older', [bob, 1], bob)
    same('double', [Record(a=3, b=-4, c=5_000_000_000, d=1.5, e=-0.25)], Record(a=6, b=-8, c=10_000_000_000, d=3.0, e=-0.5))
    same('meet', [ada, bob, 3], 'Ada of 36 meets Bob 3 times')

    circle, dot, label = Variant('circle', 2.0), Variant('dot'), Variant('labelled', 'a door')
    square = Variant('polygon', [Record(x=0, y=0), Record(x=3, y=0), Record(x=3, y=3), Record(x=0, y=3)])
    tagged = Untagged(call, circle)
    circle, dot, label, square = map(tagged, (circle, dot, label, square))
    same('area', [circle], 12.0); same('area', [dot], 0.0); same('area', [square], 9.0); same('area', [label], 'a door')
    same('divide', [7, 2], Variant('ok', 3) if tagged.results else 3); same('divide', [7, 0], Variant('err') if tagged.results else None)
    same('next', ['blue'], 'red'); same('allow', [{'read'}, {'execute'}], {'read', 'execute'})
    same('first-char', ['xyz'], 'x'); same('first-char', [''], None)

    same('ask-host', ['color'], 'blau' if not tagged.asks else Variant('ok', 'blau'))
    same('ask-host', ['weight'], None if not tagged.asks else Variant('ok', None))
    same('ask-host', [''], 'no key' if not tagged.asks else Variant('err', 'no key'))
    same('parse-twice', ['-21'], -42); same('parse-twice', ['many'], 'not a number: many')
    mirrored = [person('adA', 219, ada.tags[::-1], 8, -7), person('boB', None, [], -2147483648, 2147483647)]
    same('through-host', [[ada, bob], [circle, square, dot, label]], (mirrored, [circle, square, dot, label]))
    same('small-through-host', ['green', {'write'}, True, '𝄞'], ('green', {'write'}, True, '𝄞'))
    same('rows-through-host', [[['a', 'b'], [], ['c']]], [['C'], [], ['A', 'B']])
    same('meet-through-host', [ada, bob, 9], 'Ada + Bob x 9')
    same('use-cells', [[10, 20, 30]], 11 + 21 + 31 + 11)
    assert seen['log'] == ['cells are gone'], seen['log']
    assert sorted(seen['dropped']) == [2, 3], 'the cells dropped by the library: %r' % seen['dropped']
    same('judge', [[49, 50, 51]], [False, True, True], parent=None)

    stack = call('[constructor]stack', 'plates'); other = call('[constructor]stack', 'plates'); third = call('[constructor]stack', 'cups')
    same('[method]stack.push', [stack, 'one'], 1); same('[method]stack.push', [stack, 'two'], 2); same('[method]stack.push', [other, 'three'], 1)
    same('[method]stack.name', [stack], 'plates')
    same('[method]stack.same-name', [stack, other], True); same('[method]stack.same-name', [stack, third], False)
    same('count-all', [[stack, other, third, stack]], 5); same('count-all', [[]], 0)
    joined = call('[static]stack.join', stack, other)
    for want in ('three', 'two', 'one', None): same('[method]stack.pop', [joined], want)
    joined.drop(store); third.drop(store)
    same('live', [], 0)  # nothing that was passed in, returned or dropped is held any more
    same('say', ['grüß Gott'], len(PRINTED.encode()))
    assert output() == PRINTED, 'standard output: %r' % output()


class Untagged:
    """The package passes a variant as its bare payload where the cases differ in type, and tagged where they do not; this says which it is."""

    def __init__(self, call, circle):
        self.results = self.asks = self.variants = True
        try: call('area', circle)
        except (TypeError, ValueError): self.variants = False
        self.results = isinstance(call('divide', 1, 1), Variant)
        self.asks = isinstance(call('ask-host', 'color'), Variant)

    def __call__(self, variant):
        return variant if self.variants else variant.payload
