// jco.mjs TRANSPILED-JS CONFIGURATION: runs a transpiled component; the exit status is a command's own, 134 when it traps.
// CONFIGURATION is JSON: run (command, the default; host: by check() of host.mjs beside it; instantiate), args, env (an object), preopens (an object, from the guest's names to
// the host's).
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const [file, configuration] = process.argv.slice(2);
const { run = 'command', args, env, preopens } = JSON.parse(configuration);
const shim = (part) => import(pathToFileURL(createRequire(file).resolve('@bytecodealliance/preview2-shim/' + part)));
const { _setPreopens } = await shim('filesystem');
const { _setArgs, _setEnv } = await shim('cli');
_setPreopens(preopens);
_setArgs(args);
_setEnv(env);
try {
  const guest = await import(pathToFileURL(file));
  if (run === 'command') guest.run.run();
  if (run === 'host') (await import(new URL('host.mjs', pathToFileURL(file)))).check(guest);
} catch (e) {
  if (e.exitError) process.exit(e.code);
  if (e.payload !== undefined || String(e).includes('ComponentError')) process.exit(1);
  console.error(e.stack ?? e);
  process.exit(134);
}
