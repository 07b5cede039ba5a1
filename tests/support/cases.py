"""Tests in Python whose cases are functions: each is named t_NAME, and takes what the test makes of an empty folder."""
import sys, tempfile, time


def check(what, why='no'):
    if not what: raise AssertionError(why)


def run_cases(functions, chosen, call, skip=(), failures=()):
    """Runs those of `functions` (a module's globals) that are `chosen`, or all, by call(CASE, FOLDER), and tells of each. An AssertionError, or one of `failures`, fails
    a case, `skip` leaves it out. The exit status: 1 when one failed, 77 when one was left out, else 0."""
    cases = {name[2:]: function for name, function in functions.items() if name.startswith('t_')}
    unknown = set(chosen) - set(cases)
    if unknown: sys.exit('no such case: ' + ' '.join(sorted(unknown)))
    failed = skipped = 0
    for name in chosen or cases:
        start = time.time()
        with tempfile.TemporaryDirectory() as folder:
            try: call(cases[name], folder)
            except skip as e: skipped += 1; print('%s: skipped: %s' % (name, e))
            except (AssertionError, *failures) as e: failed += 1; print('%s: FAILED: %s' % (name, e))
            else: print('%s: ok, %.1f s' % (name, time.time() - start))
    return 1 if failed else 77 if skipped else 0
