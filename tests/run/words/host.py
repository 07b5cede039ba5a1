#!/usr/bin/env python3
"""Calls the library from Python: host.py COMPONENT TEXT. In the tests it is a case of run.py."""
import sys

INTERFACE = 'demo:words/words@1.0.0'


def imports(linker, seen):
    """The library imports nothing."""


def functions(instance, store):
    interface = instance.get_export_index(store, INTERFACE)
    return [instance.get_func(store, instance.get_export_index(store, name, interface)) for name in ('shout', 'measure')]


def check(instance, store, seen, output):
    shout, measure = functions(instance, store)
    assert shout(store, 'make it so') == 'MAKE IT SO' and shout(store, '') == ''
    for _ in range(3):
        count = measure(store, 'two words, or four')
        assert (count.words, count.letters) == (4, 14), vars(count)


def main(path, text):
    import wasmtime
    from wasmtime import component
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    store.set_wasi(wasmtime.WasiConfig())
    linker = component.Linker(engine)
    linker.add_wasip2() # for libraries whose language brings a runtime
    instance = linker.instantiate(store, component.Component.from_file(engine, path))
    shout, measure = functions(instance, store)
    count = measure(store, text)
    print('shout:   %s\nmeasure: %d words, %d letters' % (shout(store, text), count.words, count.letters))


if __name__ == '__main__':
    main(*sys.argv[1:])
