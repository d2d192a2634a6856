// Loaded before everything that `npm run` starts. Plain JavaScript, because the Node versions that it is for cannot run
// TypeScript. Not a `pre` script: `.npmrc` forbids them, with the install scripts of packages.
import { spawn } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/**
 * What to tell a person whose Node cannot run the sources; undefined when it can. On Linux and Windows npm brings the
 * right Node along, so this is mostly for macOS, for which npm carries none.
 * @param {string} version like `20.11.1`
 * @param {string} platform like `darwin`
 * @returns {string | undefined}
 */
export function nodeAdvice(version, platform) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return undefined;
  const how =
    platform === 'darwin'
      ? 'npm carries no Node 24 for macOS: install it with `brew install node@24`, or from https://nodejs.org.'
      : 'Run `npm ci` without `--omit=optional`, which brings Node 24 along, or install Node 24 from https://nodejs.org.';
  return `Tributary runs TypeScript directly and needs Node 22.18 or newer; this is Node ${version}. ${how}`;
}

/**
 * The Node that npm brought, if it brought one.
 * @returns {string | undefined}
 */
function bundledNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(modules, `node-${system}-${process.arch}`, 'bin', program);
  return existsSync(path) ? path : undefined;
}

/**
 * npm before 11.19 deletes `node_modules/.bin/node` again when it passes over the packages of other platforms, which have
 * a program of the same name. Makes the link, so that whatever comes after finds the right Node by itself.
 * @param {string} node
 */
function link(node) {
  try {
    symlinkSync(relative(join(modules, '.bin'), node), join(modules, '.bin', 'node'));
  } catch {
    // It is there, or the folder is not ours to write; this process goes on in any case.
  }
}

/**
 * Runs this program again with the other Node, in the foreground, and ends as it does.
 * @param {string} node
 * @returns {Promise<never>}
 */
function runAgain(node) {
  const path = [dirname(node), process.env['PATH']].join(delimiter);
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  // A terminal sends this one to both.
  process.on('SIGINT', () => undefined);
  return new Promise(() => {
    child.once('exit', (code) => process.exit(code ?? 1));
  });
}

const advice = nodeAdvice(process.versions.node, process.platform);
if (advice !== undefined) {
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(`${advice}\n`);
    process.exit(1);
  }
  link(node);
  await runAgain(node);
}
