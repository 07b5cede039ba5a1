#!/usr/bin/env python3
"""Drives the conformance data beside the project: suite.py CTOOL SUITE [--failures]

Runs one suite of ../shared/conformance and compares what passes with what must: a row of EXPECT for each selection of the suite's manifest, a floor that is
raised when more holds. A crash is never allowed. Suites in OWN_NAME run once more under the name of our own, where the rows named there differ and no others. Prints both numbers of each selection, and the rows that fail. Exit status 77 when the data is absent.
"""
import csv, fnmatch, os, subprocess, sys, tempfile

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../shared/conformance')
ALL = None
# suite -> (column=pattern that select rows of its manifest, how many of them pass at least)
EXPECT = {
    'core': [({}, ALL)],
    'component': [({}, ALL)],
    'print': [({}, ALL)],
    'parse': [({}, ALL)],
    'interfaces': [({}, ALL)],
    'embed': [({}, ALL)],
    'wit': [({}, ALL)],
    'merge': [({}, ALL)],
    'targets': [({}, ALL)],
    'semver': [({}, ALL)],
    'components': [({'kind': 'new', 'expect': 'ok'}, ALL), ({'kind': 'link', 'expect': 'ok'}, ALL), ({'expect': 'error'}, ALL)],
    'cli': [({'command': 'component *'}, ALL), ({}, ALL)],
    'wast': [({}, ALL)],
    'core-agree': [({}, ALL)],
    'component-agree': [({}, ALL)],
}
# suite -> the rows that differ when ctool is called ctool; README.md says why
OWN_NAME = {
    'cli': ['tests/cli/component-new-merge-imports-based-on-semver.wit[%s]' % way for way in ('default', 'merge', 'no-merge')] +
           ['tests/cli/embed-dummy.wit[%s]' % way for way in ('legacy', 'standard32')],
    'print': [], 'parse': [], 'wast': [], 'semver': [],
}
MANIFEST = {'embed': 'components/embed.tsv', 'print': 'wat/manifest.tsv', 'parse': 'wat/manifest.tsv', 'core-agree': 'core/manifest.tsv', 'component-agree': 'component/manifest.tsv'}
named = lambda r: r['path'] + ('[%s]' % r['name'] if r['name'] else '')
KEY = {'cli': named, 'semver': named, 'merge': lambda r: ' '.join((r['case'], r['kind'], r['input'])), 'embed': lambda r: r['case'] + '/' + r['module'], 'print': lambda r: r['wasm'], 'parse': lambda r: r['text']}


def manifest(suite):
    with open(os.path.join(DATA, MANIFEST.get(suite, suite + '/manifest.tsv')), encoding='utf-8') as f:
        rows = list(csv.reader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    head = [rows[0][0].lstrip('#'), *rows[0][1:]]
    key = KEY.get(suite, lambda r: r.get('case') or r['path'])
    for row in rows[1:]:
        record = dict(zip(head, row))
        skipped = record.get('expect') == 'skip' and not suite.endswith('-agree') or record.get('kind') == 'merge'  # by the runner
        if not skipped: yield key(record), record


def failures(ctool, suite, name='wasm-tools'):
    """name of row -> (FAIL or CRASH, reason), with ctool called `name`"""
    with tempfile.TemporaryDirectory() as d:
        name = d + '/' + name
        os.symlink(ctool, name)
        p = subprocess.run([sys.executable, os.path.join(DATA, 'run'), '--ctool', name, '--suite', suite, '--list-failures', d + '/list'], stdout=subprocess.PIPE)
        print(p.stdout.decode().rstrip())
        if p.returncode not in (0, 1): sys.exit('the runner of the suite failed: exit %d' % p.returncode)
        with open(d + '/list', encoding='utf-8') as f:
            return {name: (status, why) for _, name, status, why in (line.rstrip('\n').split('\t', 3) for line in f if not line.startswith('#'))}


def main():
    ctool, suite = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not os.path.exists(os.path.join(DATA, 'run')): return print('skipped: no conformance data beside the project') or 77
    bad = failures(ctool, suite)
    # a suite may test a row in several ways, named `row way`: a row passes when all of them do
    fails = {**{name.rsplit(' ', 1)[0]: why for name, why in bad.items()}, **bad}.get
    rows = list(manifest(suite))
    good = True
    for select, floor in EXPECT[suite]:
        chosen = [name for name, r in rows if all(fnmatch.fnmatchcase(r[k], v) for k, v in select.items())]
        passed = sum(not fails(name) for name in chosen)
        wanted = len(chosen) if floor is ALL else floor
        print('%s %s: %d of %d pass, %d must' % (suite, ' '.join('%s=%s' % i for i in select.items()) or 'all rows', passed, len(chosen), wanted))
        if not chosen or passed < wanted: good = False
        if passed < wanted or '--failures' in sys.argv:
            for name in list(filter(fails, chosen))[:40]: print('  %s %s: %s' % (fails(name)[0], name, fails(name)[1][:300]))
    crashed = [name for name, (status, _) in bad.items() if status.upper() == 'CRASH']
    for name in crashed: print('  CRASH %s: %s' % (name, bad[name][1][:300]))
    if suite in OWN_NAME:
        own, wanted = failures(ctool, suite, 'ctool'), set(OWN_NAME[suite])
        for name in own.keys() - wanted: print('  called ctool, %s %s: %s' % (own[name][0], name, own[name][1][:300]))
        for name in wanted - own.keys(): print('  called ctool, %s passes, and is listed as a row that does not' % name)
        if own.keys() != wanted: good = False
    return 0 if good and not crashed else 1


if __name__ == '__main__':
    sys.exit(main())
