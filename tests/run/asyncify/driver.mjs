// driver.mjs - runs modules that went through asyncify, pauses them at every call of an import, and compares what they do.
//
// Standard input has one JSON object a line: {"name", "seed", "plain": FILE, "paused": [FILE, ...], "only": PATTERN?, "rounds": NUMBER?}. The plain module is run without pauses; each
// of the others with them, one call after the other, and once more with several calls that pause and go on in turn. A trace is every call of an import with
// its arguments, what each export gave or how it trapped, and what the memory and the exported globals hold in the end. Traces without pauses and with them
// have to be equal, and so have those of several calls in turn. Gives one line for each, and exit status 1 after a difference.
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { difference, runJobs } from './jobs.mjs';

const OURS = /^asyncify_|^__asyncify_/;
const ROOM = 4; // pages for the frames of one task
const TASKS = 3;
const MOST_PAUSES = 400; // of one task
const MOST_HASHED = 1 << 26; // bytes of the memory as it began, the room with it: modules make it grow by gigabytes
const MOST_CALLS = 20000; // of imports, in all: random modules can be busy

class TooLong extends Error {}

const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (t ^ (t >>> 14)) >>> 0;
};

// ---- types of imports and exports, which JavaScript does not tell everywhere: read from the binary

function interfaceOf(bytes) {
  let at = 8;
  const leb = () => { let v = 0, s = 0, b; do { b = bytes[at++]; v += (b & 127) * 2 ** s; s += 7; } while (b & 128); return v; };
  const name = () => { const n = leb(); at += n; return Buffer.from(bytes.subarray(at - n, at)).toString(); };
  const limits = () => { const flags = leb(), min = leb(); return { flags, min, max: flags & 1 ? leb() : undefined }; };
  const valtype = () => { const b = bytes[at++]; if (b === 0x63 || b === 0x64) leb(); return b; };
  const types = [], imports = [], funcs = [], exports = [];
  while (at < bytes.length) {
    const id = bytes[at++], size = leb(), end = at + size;
    if (id === 1) for (let n = leb(); n > 0; n--) {
      if (bytes[at++] !== 0x60) return null; // no module of ours
      const params = Array.from({ length: leb() }, valtype);
      types.push({ params, results: Array.from({ length: leb() }, valtype) });
    }
    if (id === 2) for (let n = leb(); n > 0; n--) {
      const i = { module: name(), name: name(), kind: bytes[at++] };
      if (i.kind === 0) funcs.push(i.type = leb());
      else if (i.kind === 1) { i.element = valtype(); i.limits = limits(); }
      else if (i.kind === 2) i.limits = limits();
      else if (i.kind === 3) { i.valtype = valtype(); i.mutable = bytes[at++] === 1; }
      else { at++; leb(); }
      imports.push(i);
    }
    if (id === 3) for (let n = leb(); n > 0; n--) funcs.push(leb());
    if (id === 7) for (let n = leb(); n > 0; n--) exports.push({ name: name(), kind: bytes[at++], index: leb() });
    at = end;
  }
  const imported = imports.filter((i) => i.kind === 0).length;
  for (const e of exports) if (e.kind === 0) { e.type = types[funcs[e.index]]; e.isImport = e.index < imported; }
  for (const i of imports) if (i.kind === 0) i.type = types[i.type];
  return { imports, exports };
}

const I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c;
const value = (type, next) => {
  const small = next() % 3 === 0 ? next() : next() % 100;
  switch (type) {
    case I32: return small | 0;
    case I64: return BigInt.asIntN(64, BigInt(small) * 0x100000001n);
    case F32: return Math.fround((small % 4096) / 8);
    case F64: return small / 16;
    default: return null;
  }
};
const zero = (type) => (type === I64 ? 0n : type === I32 || type === F32 || type === F64 ? 0 : null);
const show = (v) => (typeof v === 'bigint' ? `${v}n` : typeof v === 'number' ? (Object.is(v, -0) ? '-0' : String(v)) : v === null ? 'null' : typeof v);
const key = (i) => `${i.module}.${i.name}`;

// ---- one run

class Run {
  constructor(bytes, job, paused) {
    this.shape = interfaceOf(bytes);
    this.next = random(job.seed);
    this.paused = paused;
    this.log = [];
    this.resumed = []; // calls of imports while rewinding: they see the arguments of the first call
    this.calls = 0;
    this.pauses = 0;
    this.task = null;
    this.module = new WebAssembly.Module(bytes);
    this.only = job.only ? new RegExp(job.only) : /^/;
  }

  importOf(i) {
    const next = this.next;
    switch (i.kind) {
      case 0: return (...args) => this.called(i, args);
      case 1: return new WebAssembly.Table({ element: i.element === 0x6f ? 'externref' : 'anyfunc', initial: i.limits.min, maximum: i.limits.max });
      case 2: return this.memory = new WebAssembly.Memory({ initial: i.limits.min, maximum: i.limits.max });
      case 3: return new WebAssembly.Global({ value: { [I32]: 'i32', [I64]: 'i64', [F32]: 'f32', [F64]: 'f64', 0x6f: 'externref' }[i.valtype] ?? 'anyfunc', mutable: i.mutable }, value(i.valtype, next));
      default: throw new Error('an import that the driver does not make');
    }
  }

  start() {
    const imports = {};
    for (const i of this.shape.imports) (imports[i.module] ??= {})[i.name] = this.importOf(i);
    const instance = new WebAssembly.Instance(this.module, imports);
    this.exports = instance.exports;
    for (const e of this.shape.exports) if (e.kind === 2 && !this.memory) this.memory = this.exports[e.name];
    // The room is made in the plain module too: what it sees of its memory is the same.
    try {
      this.room = this.memory ? this.memory.grow(ROOM * TASKS) * 65536 : undefined;
    } catch {
      this.room = undefined;
    }
    this.hashed = this.memory ? Math.min(this.memory.buffer.byteLength, MOST_HASHED) : 0;
    this.spare = this.room === undefined ? [] : Array.from({ length: TASKS }, (_, i) => this.room + i * ROOM * 65536);
  }

  answer(i, number) { // the same for a call, whether it was paused or not
    const next = random(number * 7919 + 17);
    const results = i.type.results.map((t) => value(t, next));
    return results.length < 2 ? results[0] : results;
  }

  called(i, args) {
    const text = `${key(i)}(${args.map(show)})`, task = this.task;
    if (this.paused && task && this.exports.asyncify_get_state() === 2) {
      this.exports.asyncify_stop_rewind();
      this.hide(task);
      this.resumed.push(`${task.id}: ${text}`);
      if (task.text !== text) this.log.push(`${task.id}: was paused in ${task.text}, goes on in ${text}`);
      return this.answer(i, task.number);
    }
    if (++this.calls > MOST_CALLS) throw new TooLong();
    const number = task ? (task.calls = (task.calls ?? 0) + 1) : this.calls;
    this.log.push(`${task?.id ?? 'start'}: ${text}`);
    if (!this.paused || !task || this.room === undefined || task.pauses >= MOST_PAUSES || !this.only.test(key(i))) return this.answer(i, number);
    task.text = text;
    task.number = number;
    task.pauses++;
    this.pauses++;
    this.uncover(task);
    new Uint32Array(this.memory.buffer, task.data, 2).set([task.data + 16, task.data + ROOM * 65536]);
    this.exports.asyncify_start_unwind(task.data);
    const nothing = i.type.results.map(zero);
    return nothing.length < 2 ? nothing[0] : nothing;
  }

  // While the module runs, frames are not in its memory: random code reads and writes everywhere, so what it has there is kept while they are.
  uncover(task) { task.covered = new Uint8Array(this.memory.buffer).slice(task.data, task.data + ROOM * 65536); }
  hide(task) { new Uint8Array(this.memory.buffer).set(task.covered, task.data); }

  // Runs a task up to its next pause: true when it ended.
  step(task) {
    const args = task.data !== undefined && task.began ? task.type.params.map(zero) : task.args;
    this.task = task;
    try {
      if (task.began) {
        this.uncover(task);
        new Uint8Array(this.memory.buffer).set(task.hidden, task.data);
        this.exports.asyncify_start_rewind(task.data);
      }
      task.began = true;
      const given = this.exports[task.name](...args);
      if (this.paused && this.exports.asyncify_get_state() === 1) {
        this.exports.asyncify_stop_unwind();
        const size = new Uint32Array(this.memory.buffer, task.data, 1)[0] - task.data - 16;
        this.largest = Math.max(this.largest ?? 0, size);
        task.hidden = new Uint8Array(this.memory.buffer).slice(task.data, task.data + 16 + size);
        this.hide(task);
        return false;
      }
      if (this.paused && this.exports.asyncify_get_state() !== 0) this.log.push(`${task.id}: the state is ${this.exports.asyncify_get_state()} at the end`);
      this.log.push(`${task.id}: ${task.name} gave ${(Array.isArray(given) ? given : [given]).map(show)}`);
    } catch (error) {
      if (error instanceof TooLong) throw error;
      const message = String(error.message);
      this.overflow ||= /call stack/.test(message);
      this.log.push(`${task.id}: ${task.name} ${error instanceof WebAssembly.RuntimeError ? 'trapped' : error.stack}`); // for which reason is the optimizer's choice
    } finally {
      this.task = null;
    }
    this.spare.push(task.data);
    return true;
  }

  tasks(rounds) {
    const list = [];
    const next = random(4711);
    for (let round = 0; round < rounds; round++)
      for (const e of this.shape.exports) {
        if (e.kind !== 0 || e.isImport || OURS.test(e.name)) continue; // an import that is exported has no frame
        list.push({ id: list.length, name: e.name, type: e.type, args: e.type.params.map((t) => value(t, next)), pauses: 0 });
      }
    return list.filter((t) => [...t.type.params, ...t.type.results].every((type) => type >= F64)); // no vectors, no references
  }

  inTurn(list, width) {
    const running = [];
    while (list.length || running.length) {
      while (list.length && running.length < width) {
        const task = list.shift();
        task.data = this.spare.shift();
        running.push(task);
      }
      const task = running.shift();
      if (!this.step(task)) running.push(task);
    }
  }

  finish() {
    for (const e of this.shape.exports) {
      if (e.kind === 3 && !OURS.test(e.name)) {
        try { this.log.push(`global ${e.name} ${show(this.exports[e.name].value)}`); } catch { /* a vector */ }
      }
    }
    if (this.memory) this.log.push(`memory ${createHash('sha1').update(new Uint8Array(this.memory.buffer, 0, this.hashed)).digest('hex')}`);
  }
}

function trace(file, job, paused, width) {
  const run = new Run(readFileSync(file), job, paused);
  if (!run.shape) return { skip: 'types that the driver does not read' };
  try {
    run.start();
  } catch (error) {
    return { skip: `it does not start: ${error.message}` };
  }
  try {
    run.inTurn(run.tasks(job.rounds ?? 1), width);
  } catch (error) {
    if (error instanceof TooLong) return { skip: 'it goes on too long' };
    throw error;
  }
  run.finish();
  if (run.overflow) return { skip: 'the stack of the engine overflows, whose frames are not ours' };
  return run;
}

function compare(job) {
  const plain = trace(job.plain, job, false, 1);
  if (plain.skip) return { skip: plain.skip };
  const alone = job.paused.map((file) => trace(file, job, true, 1));
  const turns = job.paused.map((file) => trace(file, job, true, TASKS));
  const skip = [...alone, ...turns].find((t) => t.skip);
  if (skip) return { skip: skip.skip };
  for (const [k, t] of alone.entries()) {
    const told = difference(plain.log, t.log);
    if (told) return { told: `${job.paused[k]}: paused it does something else: ${told}` };
    const again = difference(alone[0].resumed, t.resumed);
    if (again) return { told: `${job.paused[k]}: it goes on otherwise than ${job.paused[0]}: ${again}` };
  }
  for (const [k, t] of turns.entries()) {
    const told = difference(turns[0].log, t.log) ?? difference(turns[0].resumed, t.resumed);
    if (told) return { told: `${job.paused[k]}: in turns it does something else than ${job.paused[0]}: ${told}` };
  }
  return { pauses: alone[0].pauses + turns[0].pauses, lines: plain.log.length, frames: alone.map((t) => t.largest ?? 0) };
}

process.exit(await runJobs(compare) ? 0 : 1);
