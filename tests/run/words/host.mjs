// Calls the library from node, as host.py does from Python. It imports nothing.
import assert from 'node:assert';

export function check({ words }) {
  assert.strictEqual(words.shout('make it so'), 'MAKE IT SO');
  assert.strictEqual(words.shout(''), '');
  for (let i = 0; i < 3; i++) assert.deepStrictEqual({ ...words.measure('two words, or four') }, { words: 4, letters: 14 });
}
