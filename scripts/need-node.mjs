// Loaded before everything that `npm run` starts. Plain JavaScript, because the Node versions that it is for cannot run
// TypeScript. Not a `pre` script: `.npmrc` forbids them, with the install scripts of packages.

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

const advice = nodeAdvice(process.versions.node, process.platform);
if (advice !== undefined) {
  process.stderr.write(`${advice}\n`);
  process.exit(1);
}
