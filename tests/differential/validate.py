#!/usr/bin/env python3
"""Differential test of `ctool validate`: the same verdict as wasm-tools on generated, mutated and real modules and components, for random sets of features.

    validate.py --ctool PATH [--mutator PATH] [--reference WASM_TOOLS] [--second WASM_VALIDATE] [--count 2000] [--seed 1] [--keep FOLDER] [SEEDS...]
    validate.py --ctool PATH --instructions        each instruction once, for each feature that matters to it
    validate.py --ctool PATH --limits              each limit that a file can reach: one below, at and one above it; without the reference the table decides

SEEDS are files or folders of binaries to mutate; without any, ../shared beside the project. A quarter of the cases each: modules that the reference made
(`smith`), mutants of such, mutants of real modules (one in three by the reference's `mutate`, and valid), mutants of real components: half of these byte by
byte, half by --mutator (mutate_component.c), which keeps their form. Files whose verdict differs are kept, with the features in the output; exit 1 when there is any. The same seed gives the same files.

--second is wabt's wasm-validate: modules are also compared with its verdict, with the features that it has by default (wasm2). Where it is alone, ctool and
the reference against it, that is counted apart: it takes `structref` for a type of wasm2 and functions that lack an `end`, and refuses odd name sections.
"""
import argparse, collections, os, random, re, shutil, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import limits
from framing import COMPONENT, MODULE, frames, leb, section, unleb

ROOT = os.path.dirname(os.path.dirname(HERE))
BASES = ['mvp', 'wasm1', 'wasm2', 'wasm3', 'lime1']


def features_of(reference):
    """The names that the reference knows, from its own message."""
    r = subprocess.run([reference, 'validate', '--features=?', '-'], capture_output=True, stdin=subprocess.DEVNULL)
    names = re.search(r'Valid features: (.*)', r.stderr.decode()).group(1).strip().split(', ')
    return [n for n in names if n not in BASES + ['all']]


# ---- binaries as sections, and code as bodies, so that sizes stay right

def split(data):
    """[(id, payload)], or None when the bytes are neither module nor component."""
    if data[:8] not in (MODULE, COMPONENT):
        return None
    try: return [(kind, payload) for kind, payload, _ in frames(data)]
    except IndexError: return None


def join(sections, start=MODULE):
    return start + b''.join(section(kind, payload) for kind, payload in sections)


def bodies(payload):
    count, at = unleb(payload, 0)
    out = []
    for _ in range(count):
        size, at = unleb(payload, at)
        out.append(payload[at:at + size])
        at += size
    return out


def code(parts):
    return leb(len(parts)) + b''.join(leb(len(p)) + p for p in parts)


# ---- mutation

OPCODES = [b'\x00', b'\x01', b'\x02\x40', b'\x03\x40', b'\x04\x40', b'\x05', b'\x0b', b'\x0c\x00', b'\x0d\x00', b'\x0f', b'\x1a', b'\x1b', b'\x20\x00',
           b'\x21\x00', b'\x22\x00', b'\x23\x00', b'\x24\x00', b'\x28\x02\x00', b'\x36\x02\x00', b'\x3f\x00', b'\x41\x00', b'\x42\x00', b'\x43\0\0\0\0', b'\x44' + b'\0' * 8,
           b'\x45', b'\x6a', b'\x7c', b'\x92', b'\xa7', b'\xd0\x70', b'\xd1', b'\xd2\x00', b'\xd4', b'\xd5\x00', b'\xd6\x00', b'\xfb\x14\x6e', b'\xfb\x17\x6c', b'\xfb\x1a', b'\xfb\x1b',
           b'\xfb\x1c', b'\xfc\x00', b'\xfc\x0a\x00\x00', b'\xfd\x0c' + b'\0' * 16, b'\xfd\x0f', b'\xfe\x03\x00', b'\x10\x00', b'\x11\x00\x00', b'\x1c\x01\x7f', b'\xd3', b'\x08\x00',
           b'\x1f\x40\x00', b'\x25\x00', b'\x26\x00', b'\xfb\x00\x00', b'\xfb\x02\x00\x00', b'\xfb\x18\x03\x00\x6e\x6d', b'\x02\x7f', b'\x03\x00', b'\x06\x40', b'\x07\x00', b'\x19']
BYTES = [0, 1, 2, 3, 0x0b, 0x40, 0x5e, 0x5f, 0x60, 0x62, 0x63, 0x64, 0x65, 0x6a, 0x6e, 0x6f, 0x70, 0x71, 0x73, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xff]


def mutate_bytes(rng, data):
    data = bytearray(data)
    at = rng.randrange(len(data) + 1)
    how = rng.randrange(7)
    if how == 0 and data:
        data[at % len(data)] ^= 1 << rng.randrange(8)
    elif how == 1 and data:
        data[at % len(data)] = rng.choice(BYTES)
    elif how == 2:
        data[at:at] = bytes([rng.choice(BYTES)])
    elif how == 3:
        del data[at:at + rng.randint(1, 4)]
    elif how == 4:
        start = rng.randrange(len(data) + 1)
        data[at:at] = data[start:start + rng.randint(1, 12)]
    elif how == 5:
        data[at:at] = rng.choice(OPCODES)
    elif data:
        data[at % len(data)] = (data[at % len(data)] + rng.choice((-1, 1))) & 0xff
    return bytes(data)


def mutate(rng, data):
    sections = split(data)
    if not sections or rng.random() < 0.1:
        return mutate_bytes(rng, data)
    if data[:8] == COMPONENT:
        return mutate_component(rng, sections)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        codes = [i for i, s in enumerate(sections) if s[0] == 10]
        if codes and rng.random() < 0.65:
            i = codes[0]
            try:
                parts = bodies(sections[i][1])
            except IndexError:
                parts = []
            if parts:
                j = rng.randrange(len(parts))
                parts[j] = mutate_bytes(rng, parts[j])
                sections[i] = (10, code(parts))
                continue
        if sections:
            i = rng.randrange(len(sections))
            sections[i] = (sections[i][0], mutate_bytes(rng, sections[i][1]))
    return join(sections)


def mutate_component(rng, sections):
    """A section, or what is nested in it; now and then two sections swapped, doubled or dropped."""
    i = rng.randrange(len(sections))
    kind, payload = sections[i]
    roll = rng.random()
    if roll < 0.1:
        j = rng.randrange(len(sections))
        sections[i], sections[j] = sections[j], sections[i]
    elif roll < 0.15:
        sections.insert(rng.randrange(len(sections) + 1), sections[i])
    elif roll < 0.2:
        del sections[i]
    elif kind in (1, 4) and payload:
        sections[i] = (kind, mutate(rng, payload))
    else:
        sections[i] = (kind, mutate_bytes(rng, payload))
    return join(sections, COMPONENT)


SMITH = ['gc', 'reference-types', 'simd', 'relaxed-simd', 'exceptions', 'multi-value', 'bulk-memory', 'memory64', 'tail-call', 'threads', 'shared-everything-threads',
         'extended-const', 'wide-arithmetic', 'custom-page-sizes', 'custom-descriptors', 'saturating-float-to-int', 'sign-extension-ops', 'compact-imports']


def smith(rng, reference):
    """A module that the reference made; None where the random input leads to none."""
    args = []
    for name in SMITH:
        if rng.random() < 0.6:
            args += ['--%s-enabled' % name, rng.choice(('true', 'true', 'false'))]
    if rng.random() < 0.3:
        args += ['--allow-invalid-funcs', 'true']
    r = subprocess.run([reference, 'smith'] + args, input=rng.randbytes(rng.choice((200, 1000, 4000))), capture_output=True)
    return r.stdout if r.returncode == 0 and r.stdout[:4] == b'\0asm' else None


def mutate_by(reference, rng, data):
    """A mutant that is mostly valid where the module is."""
    for _ in range(rng.choice((1, 1, 3))):
        r = subprocess.run([reference, 'mutate', '--seed', str(rng.randrange(1 << 32)), '--fuel', '10000'], input=data, capture_output=True)
        data = r.stdout if r.returncode == 0 and r.stdout[:8] == MODULE else data
    return data


def random_features(rng, names):
    roll = rng.random()
    if roll < 0.25:
        return ''
    if roll < 0.5:
        return 'all'
    if roll < 0.6:
        return rng.choice(BASES)
    if roll < 0.85:
        return 'all,' + ','.join('-' + n for n in rng.sample(names, rng.randint(1, 4)))
    return rng.choice(BASES) + ',' + ','.join(rng.sample(names, rng.randint(1, 8)))


def component_features(rng, names):
    """Those that matter to components, over bases that have components at all."""
    names = [n for n in names if n.startswith('cm') or n in ('shared-everything-threads', 'memory64', 'gc', 'exceptions', 'reference-types')]
    base = rng.choice(['', '', 'all', 'all', 'mvp,component-model', 'wasm2,component-model', 'lime1,component-model'])
    if rng.random() < 0.5:
        return base
    return ','.join(filter(None, [base] + [rng.choice(('', '-')) + rng.choice(names) for _ in range(rng.randint(1, 4))]))


# ---- each instruction once: code that is unreachable, so that every operand is there, in a module that has everything

def environment(body):
    types = [b'\x60\x00\x00', b'\x5f\x02\x7f\x01\x64\x6e\x01', b'\x5e\x7f\x01', b'\x60\x00\x01\x7f', b'\x5e\x78\x01', b'\x5d\x00', b'\x5e\x63\x70\x01', b'\x5f\x01\x78\x01']
    tags = [0]
    return join([
        (1, leb(len(types)) + b''.join(types)), (3, leb(1) + leb(0)), (4, leb(2) + b'\x70\x00\x01' + b'\x6f\x00\x01'), (5, leb(1) + b'\x00\x01'),
        (13, leb(len(tags)) + b'\x00\x00'), (6, leb(3) + b'\x7f\x01\x41\x00\x0b' + b'\x7e\x01\x42\x00\x0b' + b'\x6e\x01\xd0\x6e\x0b'), (7, leb(1) + b'\x01f\x00\x00'),
        (9, leb(1) + b'\x01\x00\x01\x00'), (12, leb(1)), (10, code([b'\x01\x01\x7f' + body])), (11, leb(1) + b'\x01\x00')])


def plain_environment(body):
    """Only what the first version of the specification has."""
    return join([(1, b'\x02\x60\x00\x00\x60\x00\x01\x7f'), (3, b'\x01\x00'), (4, b'\x01\x70\x00\x01'), (5, b'\x01\x00\x01'), (6, b'\x01\x7f\x01\x41\x00\x0b'), (7, b'\x01\x01f\x00\x00'),
                 (10, code([b'\x01\x01\x7f' + body]))])


IMMEDIATES = {
    'NONE': [b''], 'BLOCK': [b'\x40', b'\x7f', b'\x03', b'\x6e', b'\x7d'], 'LABEL': [b'\x00', b'\x01'], 'BR_TABLE': [b'\x01\x00\x00', b'\x00\x00'], 'FUNC': [b'\x00', b'\x05'],
    'TYPE': [b'%c' % i for i in range(9)], 'TYPE_TABLE': [b'\x00\x00', b'\x00\x01', b'\x03\x80\x00'], 'TYPE_TYPE': [b'\x02\x02', b'\x04\x04', b'\x05\x05', b'\x02\x06', b'\x06\x06'],
    'TYPE_FIELD': [b'\x01\x00', b'\x01\x01', b'\x07\x00', b'\x01\x02', b'\x02\x00'], 'TYPE_COUNT': [b'\x02\x03', b'\x06\x00', b'\xff\x01\x00'], 'TYPE_DATA': [b'\x02\x00', b'\x06\x00', b'\x02\x01'],
    'TYPE_ELEM': [b'\x06\x00', b'\x02\x00', b'\x06\x02'], 'TYPE_TAG': [b'\x05\x00'], 'TYPE_HANDLERS': [b'\x05\x00', b'\x05\x01\x00\x00\x00', b'\x05\x01\x01\x00', b'\x00\x00'],
    'TYPE_TAG_HANDLERS': [b'\x05\x00\x00', b'\x05\x00\x01\x01\x00'], 'LOCAL': [b'\x00', b'\x01'], 'GLOBAL': [b'\x00', b'\x01', b'\x02', b'\x03'], 'TABLE': [b'\x00', b'\x01', b'\x02'],
    'TABLE_TABLE': [b'\x00\x00', b'\x00\x01'], 'ELEM': [b'\x00', b'\x01'], 'ELEM_TABLE': [b'\x00\x00', b'\x00\x01'], 'DATA': [b'\x00', b'\x01'], 'DATA_MEMORY': [b'\x00\x00', b'\x00\x80\x00'],
    'MEMORY': [b'\x00', b'\x80\x00', b'\x01'], 'MEMORY_MEMORY': [b'\x00\x00', b'\x00\x80\x00'], 'TAG': [b'\x00', b'\x01'],
    'MEMARG': [b'\x00\x00', b'\x01\x00', b'\x02\x00', b'\x03\x00', b'\x04\x00', b'\x05\x00', b'\x40\x00\x00', b'\x00\x80\x80\x80\x80\x80\x00', b'\x10\x00\x00', b'\x20\x02\x00', b'\x60\x00\x00',
               b'\x00\xff\xff\xff\xff\x0f', b'\x00\x80\x80\x80\x80\x10', b'\x80\x00\x00'],
    'LANE': [b'\x00', b'\x01', b'\x03', b'\x07', b'\x0f', b'\x10'], 'SHUFFLE': [b'\x1f' * 16, b'\x20' * 16], 'V128': [b'\0' * 16], 'I32': [b'\x00', b'\xff\xff\xff\xff\x0f', b'\x80\x80\x80\x80\x78', b'\x80\x80\x80\x80\x70'],
    'I64': [b'\x00', b'\x80' * 9 + b'\x7f', b'\x80' * 9 + b'\x7e', b'\x80' * 8 + b'\x00'], 'F32': [b'\0' * 4], 'F64': [b'\0' * 8],
    'HEAP': [b'\x6e', b'\x70', b'\x6f', b'\x69', b'\x68', b'\x01', b'\x00', b'\x05', b'\x65\x6e', b'\x62\x01', b'\x71', b'\x74', b'\x75', b'\x7f', b'\x08'],
    'SELECT': [b'\x01\x7f', b'\x01\x6e', b'\x00', b'\x02\x7f\x7f', b'\x01\x7b', b'\x01\x7d'], 'TRY_TABLE': [b'\x40\x00', b'\x40\x01\x00\x00\x00', b'\x40\x01\x02\x00', b'\x40\x01\x01\x00\x00', b'\x40\x01\x03\x00'],
    'CAST': [b'\x03\x00\x6e\x6b', b'\x00\x00\x6e\x01', b'\x01\x01\x70\x00', b'\x04\x00\x6e\x6e', b'\x02\x00\x01\x6e'], 'FENCE': [b'\x00', b'\x01', b'\x80\x00'],
    'ORDER_GLOBAL': [b'\x00\x00', b'\x01\x01', b'\x00\x02', b'\x02\x00'], 'ORDER_TABLE': [b'\x00\x00', b'\x00\x01'], 'ORDER_TYPE': [b'\x00\x02', b'\x01\x04', b'\x00\x06'],
    'ORDER_TYPE_FIELD': [b'\x00\x01\x00', b'\x00\x07\x00', b'\x01\x01\x01'],
}
IMMEDIATES['MEMARG_ATOMIC'] = IMMEDIATES['MEMARG_RMW'] = IMMEDIATES['MEMARG'] + [b'\x12\x00\x00', b'\x12\x01\x00', b'\x12\x11\x00', b'\x13\x11\x00', b'\x13\x01\x00', b'\x10\x01\x00']
IMMEDIATES['MEMARG_LANE'] = [m + b'\x00' for m in IMMEDIATES['MEMARG']] + [b'\x00\x00\x0f', b'\x00\x00\x10', b'\x00\x00\x01', b'\x00\x00\x02']


def instruction_cases(names):
    rows = re.findall(r'CT_OP\((\w+), *0x(\w+), *0x(\w+), *"([^"]+)", *(\w+), *\d+, *"[^"]*", *(\w+)', open(os.path.join(ROOT, 'src', 'core', 'opcodes.def')).read())
    for symbol, prefix, number, _, immediate, feature in rows:
        start = bytes([int(prefix, 16)]) + leb(int(number, 16)) if prefix != '00' else bytes([int(number, 16)])
        sets = ['', 'all', 'wasm3', 'all,-floats', 'all,-gc', 'all,-reference-types', 'all,-multi-memory', 'all,-memory64', 'all,-custom-descriptors', 'all,-gc-types',
                'all,-acquire-release-atomics,-multibyte-array-access', 'all,-call-indirect-overlong']
        own = feature.lower().replace('_', '-')
        if own in names:
            sets.append('all,-' + own)
        for value in IMMEDIATES[immediate]:
            opens = symbol in ('BLOCK', 'LOOP', 'IF', 'TRY', 'TRY_TABLE')
            for before in (b'\x00', b''):
                body = before + start + value + (b'\x00\x0b' if opens else b'') + b'\x00\x0b'
                for features in sets:
                    yield symbol, environment(body), features
                for features in ('', 'mvp', 'wasm1', 'wasm2', 'lime1', 'wasm2,-floats', 'mvp,' + own if own in names else 'mvp,-floats'):
                    yield symbol, plain_environment(body), features


# ---- custom sections that speak of the module: names and branch hints, about small indices, which mostly exist

def custom(name, content):
    return 0, leb(len(name)) + name + content


def some_names(rng):
    namings = lambda most: (lambda n: leb(n) + b''.join(leb(i) + b'\1x' for i in sorted(rng.sample(range(most + 1), n))))(rng.choice((0, 1, 1, 2)))
    out = b''
    for code in sorted(rng.sample(range(13), rng.randint(1, 2))):
        groups = sorted(rng.sample(range(4), rng.choice((0, 1, 1, 2))))
        two_levels = leb(len(groups)) + b''.join(leb(outer) + namings(rng.choice((1, 2, 4))) for outer in groups)
        content = b'\1m' if code == 0 else two_levels if code in (2, 3, 10, 12) or rng.random() < 0.05 else namings(rng.choice((1, 2, 3)))
        out += bytes([code]) + leb(len(content)) + content
    return custom(b'name', out)


def some_hints(rng, sections):
    """Most at the places of an `if` or `br_if` byte."""
    parts = next((bodies(payload) for kind, payload in sections if kind == 10), [])
    imported = rng.choice((0, 0, 0, 1))
    funcs = sorted(rng.sample(range(len(parts)), min(len(parts), rng.choice((1, 1, 2)))))
    out = leb(len(funcs))
    for func in funcs:
        places = [i for i, byte in enumerate(parts[func]) if byte in (4, 13)] or [1, 3]
        chosen = sorted({rng.choice(places) if rng.random() < 0.8 else rng.randrange(len(parts[func]) + 2) for _ in range(rng.randint(1, 2))})
        out += leb(func + imported) + leb(len(chosen)) + b''.join(leb(at) + b'\1' + rng.choice((b'\0', b'\1')) for at in chosen)
    return custom(b'metadata.code.branch_hint', out)


def with_custom(rng, data):
    sections = split(data)
    try:
        hints = some_hints(rng, sections) if rng.random() < 0.5 else None
    except IndexError:
        hints = None
    at = next((i for i, s in enumerate(sections) if s[0] == 10), len(sections))
    if hints:
        sections.insert(at if rng.random() < 0.9 else rng.randrange(len(sections) + 1), hints)
    if not hints or rng.random() < 0.5:
        sections.insert(len(sections) if rng.random() < 0.9 else rng.randrange(len(sections) + 1), some_names(rng))
    return join(sections, data[:8])


# ---- where cases come from: (kind, bytes, features) by number

def invalid_ones(paths):
    """Those that a manifest beside them calls invalid: few of them are mutated, since most mutants of them are invalid for the old reason."""
    out = set()
    for folder in {os.path.dirname(os.path.dirname(p)) for p in paths}:
        manifest = os.path.join(folder, 'manifest.tsv')
        for line in open(manifest, encoding='utf-8') if os.path.exists(manifest) else []:
            columns = line.split('\t')
            if len(columns) > 1 and columns[1] in ('invalid', 'malformed'):
                out.add(os.path.join(folder, columns[0]))
    return out


class Seeds:
    """Real modules and components, and the mutants of components that keep their form, which are made in one go."""

    def __init__(self, o, folder):
        paths = []
        for seed in o.seeds or [os.path.join(ROOT, '..', 'shared', name) for name in ('conformance/core', 'conformance/component', 'conformance/components', 'conformance/interfaces', 'guests')]:
            found = [seed] if os.path.isfile(seed) else sorted(os.path.join(top, f) for top, _, files in os.walk(seed) for f in files if f.endswith('.wasm'))
            paths += [p for p in found if os.path.getsize(p) <= o.largest]
        invalid = invalid_ones(paths)
        rng = random.Random(o.seed)
        self.modules, self.components, formed = [], [], []
        for path in paths:
            data = open(path, 'rb').read()
            if data[:8] not in (MODULE, COMPONENT) or path in invalid and rng.random() < 0.9:
                continue
            (self.modules if data[:8] == MODULE else self.components).append(data)
            if data[:8] == COMPONENT and path not in invalid and len(data) <= 6000:
                formed.append(path)
        self.formed = os.path.join(folder, 'formed') if o.mutator and formed and not o.instructions and not o.limits else None
        if self.formed:
            os.mkdir(self.formed)
            subprocess.run([o.mutator, str(o.seed), str(o.count // 8 + 1), self.formed] + formed, check=True)

    def case(self, o, names, number):
        """Kinds take turns; each case has a random generator of its own, so that the order of work does not matter."""
        rng = random.Random('%d %d' % (o.seed, number))
        turn = number % 8
        if turn == 0 and self.formed:
            return 'mutants of components that keep their form', open(os.path.join(self.formed, '%d.wasm' % (number // 8)), 'rb').read(), component_features(rng, names)
        if turn in (0, 1) and self.components:
            return 'mutants of components', mutate(rng, rng.choice(self.components)), component_features(rng, names)
        features = random_features(rng, names)
        if turn < 4 and self.modules:
            data = rng.choice(self.modules)
            if turn == 2 and number % 16 == 2 and split(data):
                return CUSTOM, with_custom(rng, data), 'all'
            return 'mutants of modules', mutate_by(o.reference, rng, data) if rng.random() < 0.35 else mutate(rng, data), features
        made = None
        for _ in range(20):
            made = made or smith(rng, o.reference)
        made = made or rng.choice(self.modules or [MODULE])
        return ('generated modules', made, features) if turn < 6 else ('mutants of generated modules', mutate(rng, made), features)


def cases(o, names, folder):
    """Functions that make a case each, (kind, bytes, features): making one may take longer than judging it, so that is the workers' task, too."""
    if o.instructions:
        for symbol, data, features in instruction_cases(names):
            yield lambda symbol=symbol, data=data, features=features: ('instruction ' + symbol, data, features)
    elif o.limits:
        for title, valid, make in limits.cases():
            yield lambda title=title, valid=valid, make=make: (title + (': valid' if valid else ': invalid'), make(), 'all')
    else:
        seeds = Seeds(o, folder)
        for number in range(o.count):
            yield lambda number=number: seeds.case(o, names, number)


# ---- comparing

SECOND_FEATURES = 'wasm2'
CUSTOM = 'names and branch hints of modules'


def verdict(command, path):
    try:
        r = subprocess.run(command + [path], capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return -1, 'takes longer than two minutes'
    return r.returncode, r.stderr.decode('utf-8', 'replace').strip()


class Comparison:
    def __init__(self, o):
        self.o, self.counts = o, collections.defaultdict(collections.Counter)

    def judge(self, kind, data, features, path):
        """[(whose, features, ours, theirs)], one for each that is asked."""
        with open(path, 'wb') as f:
            f.write(data)
        how = ['validate'] + (['--features=' + features] if features else []) + (['--validate-custom'] if kind == CUSTOM else [])
        ours, out = verdict([self.o.ctool] + how, path), []
        if self.o.limits:
            out.append(('the table', features, ours, (0 if kind.endswith(': valid') else 1, '')))
        if self.o.reference:
            out.append(('the reference', features, ours, verdict([self.o.reference] + how, path)))
        if self.o.second and self.o.reference and data[:8] == MODULE and kind != CUSTOM and not self.o.limits:
            how = ['validate', '--features=' + SECOND_FEATURES]
            ours, second = verdict([self.o.ctool] + how, path), verdict([self.o.second, '--no-debug-names'], path)
            alone = (ours[0] == 0) != (second[0] == 0) and verdict([self.o.reference] + how, path)[0] == ours[0]
            out.append(('the second, alone' if alone else 'the second', SECOND_FEATURES, ours, second))
        os.unlink(path)
        return out

    def note(self, number, kind, data, verdicts):
        for whose, features, ours, theirs in verdicts:
            count = self.counts[kind.split(' ')[0] if self.o.instructions or self.o.limits else kind, whose]
            count['valid' if theirs[0] == 0 else 'invalid'] += 1
            if ours[0] in (0, 1) and (ours[0] == 0) == (theirs[0] == 0) or whose.endswith('alone'):
                continue
            count['differ'] += 1
            os.makedirs(self.o.keep, exist_ok=True)
            kept = os.path.join(self.o.keep, '%d-%d.wasm' % (self.o.seed, number))
            with open(kept, 'wb') as f:
                f.write(data)
            print('%s (%s) --features "%s": ours %d, %s %d\n  ours:   %s\n  theirs: %s' % (
                kept, kind, features, ours[0], whose, theirs[0], ours[1][:300], ' / '.join(theirs[1].split('\n'))[:300]), flush=True)

    def report(self):
        total = collections.defaultdict(collections.Counter)
        for (kind, whose), count in sorted(self.counts.items(), key=lambda row: row[0][1]):
            print('%-44s %-18s %6d files: %6d valid, %6d invalid; %d verdicts differ' % (kind, whose, count['valid'] + count['invalid'], count['valid'], count['invalid'], count['differ']))
            total[whose] += count
        for whose, count in total.items():
            print('%d files beside %s: %d valid, %d invalid; %d verdicts differ' % (count['valid'] + count['invalid'], whose, count['valid'], count['invalid'], count['differ']))
        return 1 if any(count['differ'] for count in total.values()) else 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--ctool', required=True)
    p.add_argument('--mutator', help='build/.../tests/mutate_component')
    p.add_argument('--reference', default=os.environ.get('WASM_TOOLS', 'wasm-tools'))
    p.add_argument('--second')
    p.add_argument('--count', type=int, default=2000)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--jobs', type=int, default=2)
    p.add_argument('--keep', default='differences')
    p.add_argument('--largest', type=int, default=100000)
    p.add_argument('--instructions', action='store_true')
    p.add_argument('--limits', action='store_true')
    p.add_argument('seeds', nargs='*')
    o = p.parse_args()
    if not shutil.which(o.reference):
        print('skipped: there is no %s' % o.reference)
        if not o.limits:
            return 77
        o.reference = None
    names = [] if o.limits else features_of(o.reference)
    comparison = Comparison(o)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(o.jobs) as executor:
        def work(item):
            number, make = item
            kind, data, features = make()
            return number, kind, data, comparison.judge(kind, data, features, os.path.join(folder, '%d.wasm' % number))

        batch = []
        def flush():
            for result in executor.map(work, batch):
                comparison.note(*result)
            batch.clear()
        for item in enumerate(cases(o, names, folder)):
            batch.append(item)
            if len(batch) == 500:
                flush()
        flush()
    return comparison.report()


if __name__ == '__main__':
    sys.exit(main())
