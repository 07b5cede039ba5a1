#!/usr/bin/env python3
"""Each function of preview1 in a guest of its own (guest.c), made a component with ctool's own adapter and run: run.py --ctool PATH [--work DIR] [--bless] HOST

HOST: wasmtime (the Python package) and jco: what the guest prints is expected.txt; of jco where its library differs, expected-jco.txt.
      sockets: an echo server in Go (../echo) that listens by --tcp-listen, in the command wasmtime.
      reference: the same guest with the reference adapter, in wasmtime: it prints the same, but for the tests in differences.txt, which must differ.
Exit status 0, 1, or 77 when something that is needed cannot be had. --bless writes expected.txt or expected-jco.txt anew.
"""
import argparse, os, re, shutil, socket, subprocess, sys, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + '/..')
import fetch
import run as programs
from fetch import Skip
from run import Failure

ENVIRONMENT = [('A', '1'), ('EMPTY', ''), ('LONG', 'x' * 500)]
LAYOUTS = [[], ['--layout', 'shim'], ['--fuse-adapter'], ['--fuse-adapter', '-g']]
SEPARATE = ['--adapter-memory', 'separate']  # hosts without multi-memory do not take it, jco among them
STDIN = 'some input for the guest\n'


def tests():
    with open(HERE + '/guest.c') as f: table = re.search(r'#define TESTS\(X\)(.*?)\n\n', f.read(), re.S).group(1)
    return re.findall(r'X\((\w+)\)', table)


def sections(text):
    """The output by tests: each begins with its name in brackets."""
    parts = re.split(r'^\[(\w+)\]\n', text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def read(name):
    with open(os.path.join(HERE, name)) as f: return f.read()


def guest(work):
    clang, linker = fetch.program('clang-19'), fetch.program('wasm-ld-19')
    if not clang or not linker: raise Skip('no clang-19 or wasm-ld-19')
    out = work + '/guest.wasm'
    flags = '--target=wasm32 -O1 -std=c11 -ffreestanding -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--export-memory'.split()
    programs.call([clang, *flags, '-fuse-ld=' + linker, HERE + '/guest.c', '-o', out], env=fetch.clean_env())
    return out


def component(ctool, core, out, *flags):
    programs.call([ctool, 'component', 'new', core, '-o', out, *flags])
    programs.call([ctool, 'validate', *([] if 'separate' in flags else ['--features=-multi-memory']), out])
    return out


def folders(work):
    for name in ('first', 'second'):
        shutil.rmtree(work + '/' + name, ignore_errors=True)
        os.mkdir(work + '/' + name)
    return work + '/first', work + '/second'


def in_wasmtime(path, work, names=()):
    first, second = folders(work)
    wasmtime = programs.runtime()
    machine = programs.Machine(work, names, ENVIRONMENT, STDIN, first, '.')
    machine.wasi = wasmtime.WasiConfig()
    for key, value in (('argv', ['guest', *names]), ('env', ENVIRONMENT), ('stdin_file', work + '/stdin'), ('stdout_file', work + '/stdout'),
                       ('stderr_file', work + '/stderr')):
        setattr(machine.wasi, key, value)
    machine.wasi.preopen_dir(first, '.')
    machine.wasi.preopen_dir(second, '/second')
    machine.store.set_wasi(machine.wasi)
    machine.instantiate(path)
    status = programs.exit_status(machine)
    return status, machine.stream('stdout')


def in_jco(path, work, names=()):
    first, second = folders(work)
    config = {'args': ['guest', *names], 'env': dict(ENVIRONMENT), 'preopens': {'.': first, '/second': second}}
    status = programs.jco(path, work, config, STDIN)
    if status == 134: raise Failure(programs.content(work + '/stderr').decode('utf-8', 'replace'))
    return status, programs.content(work + '/stdout').decode('utf-8', 'replace')


def same(want, got, what):
    if want != got: raise Failure('%s\n--- expected\n%s--- found\n%s' % (what, want, got))


def expected(host):
    all_tests = sections(read('expected.txt'))
    if host == 'jco': all_tests.update(sections(read('expected-jco.txt')))
    return all_tests


def bless(host, found):
    name = 'expected.txt'
    if host == 'jco':
        name, usual = 'expected-jco.txt', sections(read('expected.txt'))
        found = {test: text for test, text in found.items() if usual[test] != text}
    with open(os.path.join(HERE, name), 'w') as f:
        if host == 'jco': f.write('# Where the library of jco differs: times are a thousand times too late, preopened directories have no attributes, each\n'
                                  '# stream is a terminal, appending keeps the place that was the end at first.\n')
        f.writelines('[%s]\n%s' % item for item in found.items())


def host(o, runner, work):
    core = guest(work)
    layouts = LAYOUTS + ([SEPARATE] if o.host == 'wasmtime' else [])
    for layout in layouts:
        path = component(o.ctool, core, work + '/component.wasm', *layout)
        status, output = runner(path, work)
        if status != 0: raise Failure('exit %s\n%s' % (status, output))
        found = sections(output)
        if o.bless: return bless(o.host, found)
        want = expected(o.host)
        for name in tests():
            if layout == SEPARATE and name == 'own_memory': continue  # there is none that the guest could point at
            if not name.startswith('exit_'): same(want[name], found.get(name, ''), ' '.join([name, *layout]))
    statuses = [runner(path, work, ['exit_%d' % n])[0] for n in (0, 1, 3)]
    coded = component(o.ctool, core, work + '/coded.wasm', '--exit-with-code')
    statuses.append(runner(coded, work, ['exit_3'])[0])
    if statuses != [0, 1, 1, 3]: raise Failure('exit statuses of 0, 1, 3 and 3 with --exit-with-code: %s' % statuses)
    print('%s: %d tests in %d layouts' % (o.host, len(found) + 3, len(layouts)))


def reference(o, work):
    """Every test by itself: some trap."""
    core = guest(work)
    path = component(o.ctool, core, work + '/reference.wasm', '--adapt', 'wasi_snapshot_preview1=' + fetch.adapter('command'))
    want, differ, wrong = expected('wasmtime'), {}, []
    known = {line.split(':')[0] for line in read('differences.txt').splitlines() if line and line[0] not in '# '}
    for name in tests():
        if name.startswith('exit_'): continue
        status, output = in_wasmtime(path, work, [name])
        text = sections(output).get(name, '')
        if status != 0 or text != want[name]: differ[name] = 'exit %s\n%s' % (status, text)
        if (name in differ) != (name in known): wrong.append('%s: %s' % (name, differ.get(name, 'no difference')))
    if wrong: raise Failure('differences.txt is not what differs\n' + '\n'.join(wrong))
    print('reference: %d tests, of which %d differ as they should' % (len(tests()) - 3, len(differ)))


def talk(port, data, out):
    """Sends data, reads all that comes back."""
    for _ in range(300):
        try:
            connection = socket.create_connection(('127.0.0.1', port), 30)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    else:
        return
    sender = threading.Thread(target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR)))
    sender.start()
    got = b''.join(iter(lambda: connection.recv(65536), b''))
    sender.join()
    out.append(got == data)


def sockets(o, work):
    wasmtime, core = programs.wasmtime_command() or fetch.wasmtime(), work + '/echo.wasm'
    env = fetch.clean_env(GOOS='wasip1', GOARCH='wasm', GO111MODULE='off', GOTOOLCHAIN='local')
    programs.call([fetch.go(), 'build', '-trimpath', '-o', core, HERE + '/../echo/main.go'], env=env)
    port = programs.free_port()
    path = component(o.ctool, core, work + '/component.wasm', '--tcp-listen', '127.0.0.1:%d' % port)
    first, _ = folders(work)
    data = [bytes([65 + i]) * (10**i * 100 + i) for i in range(5)]
    echoed = []
    clients = [threading.Thread(target=talk, args=(port, d, echoed), daemon=True) for d in data]
    with programs.server([wasmtime, 'run', '-S', 'inherit-network', '--dir', first + '::/', path, '4', str(len(data))], stdout=subprocess.PIPE) as server:
        for client in clients: client.start()
        for client in clients: client.join(60)
        if len(echoed) < len(data): server.terminate()
        output = server.communicate(timeout=60)[0].decode()
    if echoed != [True] * len(data) or server.returncode != 0: raise Failure('%s; exit %s\n%s' % (echoed, server.returncode, output))
    plain = component(o.ctool, core, work + '/plain.wasm')
    with open(plain, 'rb') as f:
        if b'wasi:sockets' in f.read(): raise Failure('without --tcp-listen it imports wasi:sockets')
    print('sockets: %d connections' % len(data))


HOSTS = {'wasmtime': lambda o, work: host(o, in_wasmtime, work), 'jco': lambda o, work: host(o, in_jco, work), 'sockets': sockets, 'reference': reference}


def main():
    programs.with_runtime()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ctool', required=True)
    parser.add_argument('--work')
    parser.add_argument('--bless', action='store_true')
    parser.add_argument('host', choices=HOSTS)
    o = parser.parse_args()
    o.ctool = os.path.abspath(o.ctool)
    return programs.alone(o.work and os.path.join(o.work, 'adapter-' + o.host), lambda work: HOSTS[o.host](o, work))


if __name__ == '__main__':
    sys.exit(main())
