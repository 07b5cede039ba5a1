"""The host of the library without an allocator: calls it often and with much, then asks the allocator that ctool made, in the core module, for blocks at random."""
import random
from types import SimpleNamespace as Record


IMPORTS = ['answer=./host.mjs#answer']  # where node finds it


def imports(linker, seen):
    with linker.root() as root: root.add_func('answer', lambda store, word: word.upper() + '!')


def check(instance, store, seen, output):
    words = instance.get_export_index(store, 'test:realloc/words')

    def call(name, *args):
        return instance.get_func(store, instance.get_export_index(store, name, words))(store, *args)

    for size in (0, 1, 7, 65536, 300000, 3): assert call('reverse', 'ab' * size) == 'ba' * size, size
    for round in range(40):
        entries = [Record(key='k%d' % i * (i % 9), value=(1 << 40) + i) for i in range(round * 7)]
        keys, total = call('fold', entries)
        assert keys == ''.join('%d%s' % (len(e.key) % 10, e.key) for e in entries) and total == sum(e.value for e in entries), round
        assert call('ask', ['so', '', 'grüß ' * round]) == 'SO!!' + 'GRÜSS ' * round + '!', round


# ---- the core module

def core_module(component):
    """The first core module in a component: the content of its first section of kind 1."""
    at = 8
    while True:
        kind, size, shift = component[at], 0, 0
        at += 1
        while True:
            byte = component[at]
            at, size, shift = at + 1, size | (byte & 127) << shift, shift + 7
            if byte < 128: break
        if kind == 1: return component[at:at + size]
        at += size


def instantiate(api, component):
    engine = api.Engine()
    store, module = api.Store(engine), api.Module(engine, core_module(component))
    nothing = [api.Func(store, i.type, lambda *args: None) for i in module.imports]
    exports = api.Instance(store, module, nothing).exports(store)
    if '_initialize' in exports: exports['_initialize'](store)
    return store, exports['memory'], exports['cabi_realloc'], not any(name in exports for name in ('realloc', 'malloc'))


class Blocks:
    """What is given out, each block full of bytes of its own."""

    def __init__(self, api, component):
        self.store, self.memory, self.realloc, self.by_pages = instantiate(api, component)
        self.live, self.next = [], 1
        self.foreign = [(0, self.memory.data_len(self.store))]  # of others: what was there, and what they took since

    def fill(self, at, size):
        value = self.next = self.next % 255 + 1
        self.memory.write(self.store, bytes([value]) * size, at)
        return value

    def give(self, old, old_size, align, size):
        at = self.realloc(self.store, old, old_size, align, size) & 0xffffffff
        assert at and at % align == 0, 'block at %#x is not aligned to %d' % (at, align)
        assert at + size <= self.memory.data_len(self.store), 'block at %#x ends outside of memory' % at
        return at

    def alone(self, at, size, others):
        for start, end in others: assert at + size <= start or at >= end, 'the block at %#x of %d bytes lies in %#x to %#x' % (at, size, start, end)

    def add(self, align, size):
        at = self.give(0, 0, align, size)
        self.keep(at, size, align)

    def keep(self, at, size, align):
        if size: self.alone(at, size, [(b[0], b[0] + b[1]) for b in self.live] + (self.foreign if self.by_pages else []))
        self.live.append((at, size, align, self.fill(at, size) if size else 0))

    def change(self, place, size):
        at, old, align, value = self.live.pop(place)
        new = self.give(at, old, align, size)
        got = bytes(self.memory.read(self.store, new, new + min(old, size)))
        assert got == bytes([value]) * len(got), 'a block of %d bytes lost its content when it became %d' % (old, size)
        self.keep(new, size, align)

    def grow(self, pages):
        start = self.memory.data_len(self.store)
        self.memory.grow(self.store, pages)
        self.foreign.append((start, start + pages * 65536))


def check_module(api, component):
    blocks, chance = Blocks(api, component), random.Random(7)
    sizes = [0, 1, 3, 8, 40, 1000, 65535, 65536, 65537, 200000]
    for step in range(3000):
        what = chance.randrange(10)
        if what < 5 or not blocks.live: blocks.add(chance.choice([1, 2, 4, 8]), chance.choice(sizes[:6] if step % 50 else sizes))
        elif what < 9: blocks.change(chance.choice([-1, chance.randrange(len(blocks.live))]), chance.choice(sizes[:7] if step % 50 else sizes))
        elif step % 7 == 0 and blocks.by_pages: blocks.grow(chance.randrange(1, 3))
        if len(blocks.live) > 60: blocks.live = blocks.live[-40:]
    try: blocks.give(0, 0, 1, 0xfffffff0 - (1 << 32))
    except api.Trap: pass
    else: raise AssertionError('4 GiB were given')
    blocks.add(8, 100)  # and all goes on
