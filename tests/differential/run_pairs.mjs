// run_pairs.mjs: reads lines "BEFORE AFTER" of module files; runs both in the same way in this engine and tells each pair that behaves otherwise.
// Every exported function is called with a few rows of arguments; what imports were called with, results, traps, memories, globals and tables are compared.
// node --experimental-wasm-type-reflection run_pairs.mjs < LIST; ends with a line "N equal, M other, K not run".
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createHash } from 'node:crypto';

const bits = new DataView(new ArrayBuffer(16));
function word(type, n) { // the n-th value of a type, the same in each run
  const small = [0, 1, -1, 7, 0x7fffffff, -0x80000000, 255, 65536][n % 8], big = [0n, 1n, -1n, 9n, 0x7fffffffffffffffn, -0x8000000000000000n, 255n, 4294967296n][n % 8];
  switch (type) {
    case 'i32': return small;
    case 'i64': return big;
    case 'f32': case 'f64': return [0, 1.5, -2.25, 1e10, -0, 3e-5, 255, Infinity][n % 8];
    default: return null;
  }
}
function seen(value) {
  if (typeof value === 'number' && !Number.isInteger(value)) { bits.setFloat64(0, value); return 'f' + bits.getBigUint64(0); }
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return '[' + value.map(seen) + ']';
  if (typeof value === 'function') return 'function';
  return String(value);
}

// Of the module before, for both: the other one may import less.
function imports(module, log) {
  const all = {};
  let calls = 0;
  for (const { module: m, name, kind, type } of WebAssembly.Module.imports(module)) {
    let value;
    if (kind === 'function') {
      value = new WebAssembly.Function(type, (...args) => {
        log.push(`import ${m}.${name}(${args.map(seen)})`);
        const results = type.results.map((t, i) => word(t, calls + i));
        if (++calls > 2000) throw new Error('enough');
        return results.length > 1 ? results : results[0];
      });
    } else if (kind === 'memory') value = new WebAssembly.Memory(type);
    else if (kind === 'table') value = new WebAssembly.Table(type);
    else if (kind === 'global') value = new WebAssembly.Global(type, word(type.value, 3));
    else if (kind === 'tag') value = new WebAssembly.Tag(type);
    (all[m] ??= {})[name] = value;
  }
  return all;
}

class Overflow extends Error {}

function run(path, original) {
  const log = [];
  const module = new WebAssembly.Module(readFileSync(path));
  const given = imports(new WebAssembly.Module(readFileSync(original)), log);
  let instance;
  try { instance = new WebAssembly.Instance(module, given); } catch (e) {
    if (e instanceof RangeError && /call stack/.test(e.message)) throw new Overflow();
    if (e instanceof WebAssembly.LinkError) throw e; // one name with two types
    return [...log, 'instantiation fails'];
  }
  const exported = Object.entries(instance.exports).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [name, value] of exported) {
    if (typeof value !== 'function') continue;
    for (let row = 0; row < 4; row++) {
      try { log.push(`${name}: ${seen(value(...value.type().parameters.map((t, i) => word(t, row * 3 + i))))}`); } catch (e) {
        if (e instanceof RangeError) throw new Overflow();
        log.push(`${name}: trap`);
      }
    }
  }
  const objects = [...exported.map(([name, value]) => [name, value]), ...Object.values(given).flatMap((o) => Object.entries(o))];
  for (const [name, value] of objects) {
    if (value instanceof WebAssembly.Memory) log.push(`${name}: memory ${value.buffer.byteLength} ${createHash('sha1').update(new Uint8Array(value.buffer)).digest('hex')}`);
    else if (value instanceof WebAssembly.Global && value.type().value !== 'v128') { try { log.push(`${name}: global ${seen(value.value)}`); } catch { /* a value that has no form here */ } }
    else if (value instanceof WebAssembly.Table) log.push(`${name}: table ${value.length}`);
  }
  return log;
}

let equal = 0, other = 0, skipped = 0;
const reasons = new Map(); // why pairs were not run
function skip(e) {
  const why = e instanceof Overflow ? 'overflow of the stack' : e.message.replace(/[^:]*: /, '').replace(/\d+/g, 'N').slice(0, 60);
  reasons.set(why, (reasons.get(why) ?? 0) + 1);
  skipped++;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [before, after] = line.split(' ');
  let a, b;
  try { a = run(before, before); } catch (e) { skip(e); continue; } // an overflow of the stack, or a proposal that this engine lacks
  try { b = run(after, before); } catch (e) {
    if (e instanceof Overflow) { skip(e); continue; }
    console.log(`${before}: after: ${e.message}`); other++; continue;
  }
  const at = a.findIndex((x, i) => x !== b[i]);
  if (at < 0 && a.length === b.length) equal++;
  else { other++; console.log(`${before}: ${a[at] ?? 'nothing more'} | ${b[at] ?? 'nothing more'}`); }
}
for (const [why, count] of reasons) console.log(`# not run: ${count} of ${why}`);
console.log(`${equal} equal, ${other} other, ${skipped} not run`);
process.exit(other ? 1 : 0);
