// programs.mjs - runs WASI programs that went through asyncify and pauses them at every call of the host, and in-module schedulers.
//
// Standard input has one JSON object a line:
//   {"name", "plain": FILE, "paused": [FILE, ...], "args": [...], "files": {GUEST: HOST}, "quickjs": bool}   a WASI preview1 program
//   {"name", "scheduler": [FILE, ...], "expected": [...]}                                                    a module with imports of `asyncify` and env.print
// Every call of the host with its arguments, what is written, and how it ends have to be the same in all of them. One line for each; exit status 1 after a
// difference.
import { WASI } from 'node:wasi';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { difference, runJobs } from './jobs.mjs';

const FRAMES = 1 << 20;

class Program {
  constructor(file, job, paused, folder) {
    this.paused = paused;
    this.log = [];
    this.pauses = 0;
    this.largest = 0;
    this.output = openSync(join(folder, 'out'), 'w+');
    const wasi = new WASI({ version: 'preview1', args: job.args, preopens: job.files ?? {}, stdin: openSync('/dev/null', 'r'), stdout: this.output, stderr: this.output, returnOnExit: true });
    const host = { ...wasi.wasiImport, clock_time_get: (id, precision, at) => (new DataView(this.memory.buffer).setBigUint64(at, 1700000000000000000n, true), 0),
      random_get: (at, size) => (new Uint8Array(this.memory.buffer, at, size).fill(7), 0) };
    const imports = {};
    for (const [name, call] of Object.entries(host)) imports[name] = (...args) => this.called(name, call, args);
    this.instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { wasi_snapshot_preview1: imports });
    this.e = this.instance.exports;
    this.memory = this.e.memory;
    wasi.initialize({ exports: { memory: this.memory } });
    this.job = job;
  }

  called(name, call, args) {
    const text = `${name}(${args})`;
    if (this.paused && this.e.asyncify_get_state() === 2) {
      this.e.asyncify_stop_rewind();
      if (text !== this.text) this.log.push(`was paused in ${this.text}, goes on in ${text}`);
      return call(...args);
    }
    this.log.push(text);
    if (!this.paused || this.data === undefined || name === 'proc_exit') return call(...args);
    this.text = text;
    this.pauses++;
    new Uint32Array(this.memory.buffer, this.data, 2).set([this.data + 8, this.data + FRAMES]);
    this.e.asyncify_start_unwind(this.data);
    return 0;
  }

  // The export, with as many pauses as there are.
  run(name, ...args) {
    try {
      for (;;) {
        const given = this.e[name](...args);
        if (!this.paused || this.e.asyncify_get_state() !== 1) {
          this.log.push(`${name} gave ${given}`);
          return given;
        }
        this.e.asyncify_stop_unwind();
        this.largest = Math.max(this.largest, new Uint32Array(this.memory.buffer, this.data, 1)[0] - this.data - 8);
        this.e.asyncify_start_rewind(this.data);
      }
    } catch (error) {
      this.log.push(`${name} ended: ${typeof error === 'symbol' ? 'exit' : error instanceof WebAssembly.RuntimeError ? error.message : error.stack}`);
      return undefined;
    }
  }

  // Room for frames beyond what the program's allocator knows: all make it, so that their memories are alike.
  makeRoom() { this.data = this.memory.grow(FRAMES >> 16) * 65536; }

  quickjs() {
    this.run('_initialize');
    const strings = this.job.args.map((text) => {
      const bytes = Buffer.from(`${text}\0`), at = this.run('malloc', bytes.length);
      new Uint8Array(this.memory.buffer).set(bytes, at);
      return at;
    });
    const argv = this.run('malloc', 4 * (strings.length + 1));
    new Uint32Array(this.memory.buffer).set([...strings, 0], argv / 4);
    this.makeRoom();
    this.run('qjs_init_argv', strings.length, argv);
  }

  all(folder) {
    if (this.job.quickjs) this.quickjs();
    else {
      this.makeRoom();
      this.run('_start');
    }
    closeSync(this.output);
    const written = readFileSync(join(folder, 'out'));
    this.written = written.length;
    this.log.push(`wrote ${written.length} bytes, ${createHash('sha1').update(written).digest('hex')}`);
    return this;
  }
}

function runProgram(job, folder) {
  const run = (file, paused) => new Program(file, job, paused, folder).all(folder);
  const plain = run(job.plain, false);
  const paused = job.paused.map((file) => run(file, true));
  for (const [k, p] of paused.entries()) {
    const told = difference(plain.log, p.log);
    if (told) return { told: `${job.paused[k]}: ${told}` };
  }
  return { calls: plain.log.length, written: plain.written, pauses: paused.map((p) => p.pauses), frames: paused.map((p) => p.largest) };
}

function runScheduler(job) {
  for (const file of job.scheduler) {
    const log = [];
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { print: (task, value) => log.push(`${task} ${value}`) } });
    log.push(`gave ${exports.run()}`);
    if (job.show) console.log(JSON.stringify(log));
    const told = difference(job.expected, log);
    if (told) return { told: `${file}: ${told}` };
  }
  return { lines: job.expected.length };
}

const folder = mkdtempSync(join(tmpdir(), 'asyncify-'));
const good = await runJobs((job) => (job.scheduler ? runScheduler(job) : runProgram(job, folder)));
rmSync(folder, { recursive: true });
process.exit(good ? 0 : 1);
