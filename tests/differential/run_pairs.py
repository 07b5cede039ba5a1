#!/usr/bin/env python3
"""run_pairs.py: as run_pairs.mjs, in wasmtime (the Python package), for what node's engine does not know. Modules without imports.

Every exported function of numbers is called with a few rows of arguments; results, traps, memories, globals and tables are compared. Floats are compared by
their bits: the modules make NaNs canonical.    run_pairs.py < LIST OF "BEFORE AFTER"
"""
import collections, hashlib, os, re, struct, sys
import wasmtime

SMALL, BIG = [0, 1, -1, 7, 0x7fffffff, -0x80000000, 255, 65536], [0, 1, -1, 9, 0x7fffffffffffffff, -0x8000000000000000, 255, 1 << 32]
FLOATS = [0.0, 1.5, -2.25, 1e10, -0.0, 3e-5, 255.0, float('inf')]
config = wasmtime.Config()
for proposal in ('gc', 'function_references', 'exceptions', 'tail_call', 'memory64', 'multi_memory', 'relaxed_simd', 'relaxed_simd_deterministic', 'wide_arithmetic', 'custom_page_sizes'):
    setattr(config, 'wasm_' + proposal, True)
config.cranelift_opt_level = 'none'
config.parallel_compilation = False
config.memory_reservation = 1 << 20
config.memory_guard_size = 1 << 16
config.consume_fuel = True
FUEL = 20_000_000  # instructions, about: some modules run for ever
ENGINE = wasmtime.Engine(config)


class NotRun(Exception): pass


def argument(kind, n):
    return {'i32': SMALL, 'i64': BIG, 'f32': FLOATS, 'f64': FLOATS}[kind][n % 8]


def seen(value):
    if isinstance(value, float): return 'f' + struct.pack('>d', value).hex()
    if isinstance(value, (list, tuple)): return [seen(v) for v in value]
    return value if isinstance(value, (int, str)) or value is None else type(value).__name__


def call(store, function, kinds, row):
    try: return seen(function(store, *[argument(kind, row * 3 + i) for i, kind in enumerate(kinds)]))
    except wasmtime.Trap as e:
        code = e.trap_code
        if code == wasmtime.TrapCode.STACK_OVERFLOW: raise NotRun('overflow of the stack')
        if code == wasmtime.TrapCode.OUT_OF_FUEL: raise NotRun('too long a run')
        return 'trap'
    except wasmtime.WasmtimeError as e: return 'error'


def run(path):
    store = wasmtime.Store(ENGINE)
    store.set_fuel(FUEL)
    module = wasmtime.Module.from_file(ENGINE, path)
    if module.imports: raise NotRun('imports')
    try: instance = wasmtime.Instance(store, module, [])
    except (wasmtime.Trap, wasmtime.WasmtimeError): return ['instantiation fails']
    exports, log = instance.exports(store), []
    things = sorted(((e.name, e.type) for e in module.exports), key=lambda e: e[0])
    for name, kind in things:
        if not isinstance(kind, wasmtime.FuncType): continue
        kinds = [str(k) for k in kind.params]
        if not all(k in ('i32', 'i64', 'f32', 'f64') for k in kinds) or any('v128' in str(k) for k in kind.results): continue
        for row in range(4): log.append((name, call(store, exports[name], kinds, row)))
    for name, kind in things:
        value = exports[name]
        if isinstance(value, wasmtime.Memory): log.append((name, value.data_len(store), hashlib.sha1(bytes(value.read(store, 0, value.data_len(store)))).hexdigest()))
        elif isinstance(value, wasmtime.Global) and str(kind.content) in ('i32', 'i64', 'f32', 'f64'): log.append((name, seen(value.value(store))))
        elif isinstance(value, wasmtime.Table): log.append((name, value.size(store)))
    return log


def compare(before, after):
    """'=', '# why it was not run', or what differs."""
    try: a = run(before)
    except (NotRun, wasmtime.WasmtimeError) as e: return '# ' + re.sub(r'\d+', 'N', str(e).splitlines()[-1].strip())[:60]
    try: b = run(after)
    except NotRun as e: return '# ' + str(e)
    except wasmtime.WasmtimeError as e: b = [str(e)]
    if a == b: return '='
    return str(next((x, y) for x, y in zip(a + [None] * len(b), b + [None] * len(a)) if x != y))


def in_child(before, after):
    """The package ends the process on types that it does not know."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.write(writer, compare(before, after).encode()[:4000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as f: said = f.read()
    os.wait()
    return said or '# types that the package does not know'


def main():
    equal, other, reasons = 0, 0, collections.Counter()
    for line in sys.stdin:
        before, after = line.split()
        said = in_child(before, after)
        if said == '=': equal += 1
        elif said.startswith('# '): reasons[said[2:]] += 1
        else:
            other += 1
            print('%s: %s' % (before, said))
    for why, count in reasons.items(): print('# not run: %d of %s' % (count, why))
    print('%d equal, %d other, %d not run' % (equal, other, sum(reasons.values())))
    return 1 if other else 0


if __name__ == '__main__':
    sys.exit(main())
