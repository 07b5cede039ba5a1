// jco.mjs TRANSPILED-JS FIRST SECOND ARGUMENT...: runs a transpiled command with two preopened directories; its exit status is the component's.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const [file, first, second, ...args] = process.argv.slice(2);
const shim = (part) => import(pathToFileURL(createRequire(file).resolve('@bytecodealliance/preview2-shim/' + part)));
const { _setPreopens } = await shim('filesystem');
const { _setArgs, _setEnv } = await shim('cli');
_setPreopens({ '.': first, '/second': second });
_setArgs(['guest', ...args]);
_setEnv({ A: '1', EMPTY: '', LONG: 'x'.repeat(500) });
const { run } = await import(pathToFileURL(file));
try {
  run.run();
} catch (e) {
  if (e.exitError) process.exit(e.code);
  console.error(e.stack ?? e);
  process.exit(134);
}
