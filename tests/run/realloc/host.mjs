// The host in node of the library without an allocator, as host.py is in wasmtime: calls it often and with much.
import assert from 'node:assert';

export const answer = (word) => word.toUpperCase() + '!';

export function check({ words }) {
  for (const size of [0, 1, 7, 65536, 300000, 3]) assert.strictEqual(words.reverse('ab'.repeat(size)), 'ba'.repeat(size));
  for (let round = 0; round < 40; round++) {
    const entries = Array.from({ length: round * 7 }, (_, i) => ({ key: `k${i}`.repeat(i % 9), value: (1n << 40n) + BigInt(i) }));
    const [keys, total] = words.fold(entries);
    assert.strictEqual(keys, entries.map((e) => `${e.key.length % 10}${e.key}`).join(''));
    assert.strictEqual(total, entries.reduce((sum, e) => sum + e.value, 0n));
    assert.strictEqual(words.ask(['so', '', 'grüß '.repeat(round)]), 'SO!!' + 'GRÜSS '.repeat(round) + '!');
  }
}
