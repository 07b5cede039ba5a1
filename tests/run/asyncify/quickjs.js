import * as std from 'qjs:std';
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
std.out.puts('fib ' + fib(15) + '\n'); std.out.flush();
const words = ['pear', 'fig', 'apple', 'kiwi'];
words.sort((a, b) => { std.out.puts(`cmp ${a} ${b}\n`); std.out.flush(); return a < b ? -1 : 1; });
std.out.puts(words.join(',') + '\n'); std.out.flush();
std.out.puts('a1b22c'.replace(/\d+/g, (d) => { std.out.puts('digit ' + d + '\n'); std.out.flush(); return '<' + d + '>'; }) + '\n');
const o = { toString() { std.out.puts('toString\n'); std.out.flush(); return 'o'; }, get x() { std.out.puts('getter\n'); std.out.flush(); return 7; } };
std.out.puts(`${o} ${o.x} ${JSON.stringify({ a: { toJSON() { std.out.puts('toJSON\n'); std.out.flush(); return [1]; } } })}\n`);
try { [1].forEach(() => { std.out.puts('throwing\n'); std.out.flush(); throw new Error('no'); }); } catch (e) { std.out.puts('caught ' + e.message + '\n'); }
function* g() { for (let i = 0; i < 3; i++) { std.out.puts('yield ' + i + '\n'); std.out.flush(); yield i; } }
std.out.puts([...g()].join() + '\n');
const f = std.open('/work/data.txt', 'w'); f.puts('line one\nline two\n'); f.close();
const r = std.open('/work/data.txt', 'r'); for (let l; (l = r.getline()) !== null;) std.out.puts('read ' + l + '\n'); r.close();
Promise.resolve(3).then((v) => { std.out.puts('then ' + v + '\n'); std.out.flush(); });
