#!/usr/bin/env python3
"""Differential test of `ctool component new` and `component link`: the same bytes as wasm-tools for dummy modules of random worlds.

    component.py --ctool PATH [--reference WASM_TOOLS] [--count 1000] [--seed 1] [--jobs 2] [--keep FOLDER]

The reference makes random WIT packages (`wit-smith`), for each of their worlds a dummy module by one of the ABIs, one that tells its world twice, as
modules do that hold two bindings of it, and a library (`wit-dylib`); both make components of them, with flags drawn at random. What differs is kept, with a line that repeats it; exit 1 when there is any, 77 without the
reference. A case is a number: seed N and case K always give the same.
"""
import argparse, json, os, random, re, shutil, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
from framing import custom, frames, unleb

SMITH = ['--async', '--futures', '--streams', '--error-context', '--fixed-length-lists', '--world-include', '--implements', '--canonical-names']
DUMMY = [['--dummy-names', 'legacy'], ['--dummy-names', 'legacy', '--async-callback'], ['--dummy-names', 'legacy', '--async-stackful'], ['--dummy-names', 'standard32']]
NEW = [[], ['--merge-imports-based-on-semver=false'], ['--emit-canonical-names'], ['--return-call-ref'], ['--debug-names=false'], ['--reject-legacy-names'], ['--realloc-via-memory-grow']]
LINK = [[], ['--stack-size', '65536'], ['--debug-names=false'], ['--merge-imports-based-on-semver=false'], ['--return-call-ref'], ['--emit-canonical-names']]


def call(*args):
    return subprocess.run(args, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)


def worlds_of(reference, package):
    found = call(reference, 'component', 'wit', '--json', package)
    if found.returncode: return []
    document = json.loads(found.stdout)
    ours = len(document['packages']) - 1  # the main package is the last one
    return ['%s/%s' % tuple(split_version(document['packages'][ours]['name'], w['name'])) for w in document['worlds'] if w['package'] == ours]


def split_version(package, world):
    name, at, version = package.partition('@')
    return name, world + at + version


def told_twice(module, second):
    """The module with the component-type section of `second` after its own, each named as two versions of a bindings generator name theirs."""
    def split(data):
        rest, found = data[:8], []
        for kind, payload, whole in frames(data):
            length, name = unleb(payload, 0) if kind == 0 else (0, 0)
            if payload[name:name + length].startswith(b'component-type'): found.append(payload[name + length:])
            else: rest += whole
        return rest, found

    rest, own = split(module)
    return rest + custom(b'component-type:wit-bindgen:0.30.0:w:aaa', own[0]) + custom(b'component-type:wit-bindgen:0.36.0:w:bbb', split(second)[1][0])


class Case:
    def __init__(self, opts, number, folder):
        self.opts, self.folder, self.random = opts, folder, random.Random('%d/%d' % (opts.seed, number))
        self.number, self.runs, self.refused, self.differences = number, 0, 0, []

    def path(self, name): return os.path.join(self.folder, name)

    def compare(self, arguments, source):
        """Runs both with `arguments`; the output comes last."""
        ours, theirs = self.path('ours.wasm'), self.path('theirs.wasm')
        for name in (ours, theirs):
            if os.path.exists(name): os.remove(name)
        a, b = call(self.opts.ctool, *arguments, '-o', ours), call(self.opts.reference, *arguments, '-o', theirs)
        self.runs += 1
        if a.returncode not in (0, 1): self.tell('ends with status %d: %s' % (a.returncode, a.stderr.decode()), arguments, source)
        elif bool(a.returncode) != bool(b.returncode): self.tell('ctool: %s\nreference: %s' % (a.stderr.decode() or 'ok', b.stderr.decode() or 'ok'), arguments, source)
        elif a.returncode: self.refused += 1
        elif open(ours, 'rb').read() != open(theirs, 'rb').read() and not self.is_known(ours, theirs): self.tell('the bytes differ', arguments, source)

    def is_known(self, ours, theirs):
        """The reference reads and writes the payloads of world-level functions as UTF-8, whatever the module's encoding is."""
        a, b = (call(self.opts.reference, 'print', name).stdout.decode().split('\n') for name in (ours, theirs))
        utf8 = lambda line: re.sub(r'string-encoding=\S+?(?=[ )])', 'string-encoding=utf8', line)
        return len(a) == len(b) and all(x == y or (utf8(x) == y and re.search(r'canon (stream|future)\.(read|write)', y)) for x, y in zip(a, b))

    def tell(self, what, arguments, source):
        kept = os.path.join(self.opts.keep, 'case-%d-%d-%d.wasm' % (self.opts.seed, self.number, len(self.differences)))
        with open(kept, 'wb') as f: f.write(open(source, 'rb').read())
        self.differences.append('%s\n  wasm-tools %s' % (what, ' '.join(arguments).replace(source, kept)))

    def run(self):
        seed, package = self.path('seed'), self.path('package.wasm')
        with open(seed, 'wb') as f: f.write(self.random.randbytes(self.random.choice([100, 500, 2000, 8000])))
        flags = [f for f in SMITH if self.random.random() < 0.5]
        if call(self.opts.reference, 'wit-smith', *flags, seed, '-o', package).returncode: return self
        for world in self.random.sample(found, min(3, len(found))) if (found := worlds_of(self.opts.reference, package)) else []:
            self.component(package, world)
            self.doubled(package, world, self.random.choice([world, *found]))
            self.library(package, world)
        return self

    def component(self, package, world):
        module = self.path('module.wasm')
        dummy = self.random.choice(DUMMY) + self.random.choice([[], [], ['--encoding', 'utf16'], ['--encoding', 'compact-utf16']])
        if call(self.opts.reference, 'component', 'embed', *dummy, '-w', world, package, '-o', module).returncode: return
        self.compare(['component', 'new', module, '--validate=false', *self.random.choice(NEW)], module)
        self.compare(['component', 'new', module, *self.random.choice(NEW)], module)

    def doubled(self, package, world, other):
        module, second, both = self.path('module.wasm'), self.path('second.wasm'), self.path('both.wasm')
        for name, which in ((module, world), (second, other)):
            if call(self.opts.reference, 'component', 'embed', '--dummy', '-w', which, package, '-o', name).returncode: return
        with open(both, 'wb') as f: f.write(told_twice(open(module, 'rb').read(), open(second, 'rb').read()))
        self.compare(['component', 'new', both, *self.random.choice(NEW)], both)

    def library(self, package, world):
        library = self.path('libdummy.so')
        pointer = self.random.choice(['global', 'task-context'])
        if call(self.opts.reference, 'wit-dylib', package, '-w', world, '--stack-pointer', pointer, '-o', library).returncode: return
        self.compare(['component', 'link', 'libdummy.so=' + library, '--stub-missing-functions', '--validate=false', *self.random.choice(LINK)], library)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--reference', default='wasm-tools')
    parser.add_argument('--count', type=int, default=1000)
    parser.add_argument('--first', type=int, default=0, help='the first case')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--keep', default='.')
    opts = parser.parse_args()
    if not shutil.which(opts.reference):
        print('skipped: there is no %s' % opts.reference)
        sys.exit(77)

    links = tempfile.TemporaryDirectory()
    alias = os.path.join(links.name, 'wasm-tools')  # called by that name, ctool names itself in producers sections, and lays out modules, as the reference does
    os.symlink(os.path.abspath(opts.ctool), alias)
    opts.ctool = alias

    def one(number):
        with tempfile.TemporaryDirectory() as folder: return Case(opts, number, folder).run()

    os.makedirs(opts.keep, exist_ok=True)
    runs = refused = differ = 0
    with ThreadPoolExecutor(opts.jobs) as pool:
        for case in pool.map(one, range(opts.first, opts.first + opts.count)):
            runs, refused, differ = runs + case.runs, refused + case.refused, differ + len(case.differences)
            for text in case.differences: print('case %d: %s' % (case.number, text), flush=True)
    print('%d packages, %d runs, %d refused by both, %d differ' % (opts.count, runs, refused, differ))
    sys.exit(1 if differ or not runs else 0)


if __name__ == '__main__': main()
