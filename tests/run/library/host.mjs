// The host of the library in node, as host.py is in wasmtime: what it exports here is what the library imports, and check(guest) calls what the library exports.
import assert from 'node:assert';

const seen = { log: [], dropped: 0 };
const reversed = (text) => [...text].reverse().join('');
const person = (name, age, tags, x, y) => ({ name, age, tags, home: { x, y } });

export const verdict = (score) => score >= 50;
export const log = (message) => void seen.log.push(message);
export const lookup = (key) => ({ color: 'blau', empty: '' })[key];
export const mirrorPerson = (p) => person(reversed(p.name), p.age === undefined ? undefined : 255 - p.age, [...p.tags].reverse(), p.home.y, p.home.x);
export const mirrorShape = (shape) => shape;
export const mirrorSmall = (...values) => values;
export const meet = (a, b, times) => `${a.name} + ${b.name} x ${times}`;
export const nested = (rows) => [...rows].reverse().map((row) => row.map((text) => text.toUpperCase()));
export function parse(text) {
  if (!/^-?\d+$/.test(text)) throw 'not a number: ' + text;
  return BigInt(text);
}

export class Cell {
  #value;
  constructor(value) { this.#value = value; }
  get() { return this.#value; }
  set(value) { this.#value = value; }
  static sum(cells) { return cells.reduce((sum, cell) => sum + BigInt(cell.#value), 0n); }
  static take(cell) { return cell.#value; }
  [Symbol.dispose]() { seen.dropped++; }
}

// A value as plain data: arrays of numbers are typed ones, flags have those that are not set as false, options that are none may be absent.
function plain(value) {
  if (ArrayBuffer.isView(value)) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== false).map(([k, v]) => [k, plain(v)]));
}

const same = (got, want) => assert.deepStrictEqual(plain(got), plain(want));
const fails = (call, payload) => assert.throws(call, (e) => { same(e.payload, payload); return true; });

function checkValues(api) {
  same(api.live(), 0);
  same(api.reverse('stressed'), 'desserts'); same(api.reverse(''), '');
  same(api.sum([1, -2, 2147483647, 2147483647]), 4294967293n); same(api.sum([]), 0n);
  same(api.transpose([[1, 2, 3], [4, 5, 6]]), [[1, 4], [2, 5], [3, 6]]); same(api.transpose([]), []);
  const counts = new Array(256).fill(0); counts[0] = 2; counts[255] = 1;
  same(api.countBytes(new Uint8Array([0, 255, 0])), counts);
  const ada = person('Ada', 36, ['mathematics', '', 'Lovelace ♥'], -7, 8), bob = person('Bob', undefined, [], 2147483647, -2147483648);
  same(api.older(ada, 100), person('Ada', 136, ada.tags, -7, 8)); same(api.older(bob, 1), bob);
  same(api.double({ a: 3, b: -4, c: 5000000000n, d: 1.5, e: -0.25 }), { a: 6, b: -8, c: 10000000000n, d: 3, e: -0.5 });
  same(api.meet(ada, bob, 3), 'Ada of 36 meets Bob 3 times');
  return [ada, bob];
}

function checkVariants(api) {
  const circle = { tag: 'circle', val: 2 }, dot = { tag: 'dot' }, label = { tag: 'labelled', val: 'a door' };
  const square = { tag: 'polygon', val: [{ x: 0, y: 0 }, { x: 3, y: 0 }, { x: 3, y: 3 }, { x: 0, y: 3 }] };
  same(api.area(circle), 12); same(api.area(dot), 0); same(api.area(square), 9); fails(() => api.area(label), 'a door');
  same(api.divide(7, 2), 3); fails(() => api.divide(7, 0), undefined);
  same(api.next('blue'), 'red'); same(api.allow({ read: true }, { execute: true }), { read: true, execute: true });
  same(api.firstChar('xyz'), 'x'); same(api.firstChar(''), undefined);
  return [circle, square, dot, label];
}

function checkThroughHost(api, [ada, bob], shapes) {
  same(api.askHost('color'), 'blau'); same(api.askHost('weight'), undefined); fails(() => api.askHost(''), 'no key');
  same(api.parseTwice('-21'), -42n); fails(() => api.parseTwice('many'), 'not a number: many');
  const mirrored = [person('adA', 219, [...ada.tags].reverse(), 8, -7), person('boB', undefined, [], -2147483648, 2147483647)];
  same(api.throughHost([ada, bob], shapes), [mirrored, shapes]);
  same(api.smallThroughHost('green', { write: true }, true, '𝄞'), ['green', { write: true }, true, '𝄞']);
  same(api.rowsThroughHost([['a', 'b'], [], ['c']]), [['C'], [], ['A', 'B']]);
  same(api.meetThroughHost(ada, bob, 9), 'Ada + Bob x 9');
  same(api.useCells([10, 20, 30]), 11n + 21n + 31n + 11n);
  same(seen, { log: ['cells are gone'], dropped: 2 });
}

function checkResources(api) {
  const stack = new api.Stack('plates'), other = new api.Stack('plates'), third = new api.Stack('cups');
  same(stack.push('one'), 1); same(stack.push('two'), 2); same(other.push('three'), 1);
  same(stack.name(), 'plates'); same(stack.sameName(other), true); same(stack.sameName(third), false);
  same(api.countAll([stack, other, third, stack]), 5); same(api.countAll([]), 0);
  const joined = api.Stack.join(stack, other);
  for (const want of ['three', 'two', 'one', undefined]) same(joined.pop(), want);
  joined[Symbol.dispose](); third[Symbol.dispose]();
  same(api.live(), 0); // nothing that was passed in, returned or dropped is held any more
}

export function check({ api, judge }) {
  const people = checkValues(api), shapes = checkVariants(api);
  checkThroughHost(api, people, shapes);
  same(judge([49, 50, 51]), [false, true, true]);
  checkResources(api);
  same(api.say('grüß Gott'), new TextEncoder().encode('grüß Gott\n').length);
}
