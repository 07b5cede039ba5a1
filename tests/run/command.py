#!/usr/bin/env python3
"""Runs a component that exports wasi:cli/run, with this process's streams, arguments, environment and folder: command.py COMPONENT [ARGUMENT...]

For machines without the command `wasmtime`: it needs the Python package of that name alone (build/venv has it after tools/quickstart or tools/test)."""
import os, sys
import wasmtime
from wasmtime import component


def run_export(instance, store, exports):
    """The function `run` of the one export wasi:cli/run, of whatever version."""
    name = next((n for n in exports if n.startswith('wasi:cli/run@')), None)
    if not name: sys.exit('the component exports no wasi:cli/run; it exports: %s' % (', '.join(exports) or 'nothing'))
    return instance.get_func(store, instance.get_export_index(store, 'run', instance.get_export_index(store, name)))


def main(path, *arguments):
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = [os.path.basename(path), *arguments]
    wasi.env = list(os.environ.items())
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir('.', '.')
    store.set_wasi(wasi)
    linker = component.Linker(engine)
    linker.add_wasip2()
    app = component.Component.from_file(engine, path)
    instance = linker.instantiate(store, app)
    try:
        result = run_export(instance, store, list(app.type.exports(engine)))(store)
        return 0 if result.tag == 'ok' else 1
    except wasmtime.ExitTrap as e:
        return e.code


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
