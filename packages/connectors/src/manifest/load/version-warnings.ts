/** The Python CDK whose published schema the declarations of components follow. */
const KNOWN_VERSION = '7.39.1';

/** Says so when a manifest was written for a later CDK than the one that is known here. */
export function versionWarnings(version: string): readonly string[] {
  if (!/^\d+(?:\.\d+)*/.test(version) || compare(version, KNOWN_VERSION) <= 0) return [];
  return [
    `The manifest was written for version ${version} of the language, and ${KNOWN_VERSION} is known here; what is new in it is ignored.`,
  ];
}

function compare(one: string, other: string): number {
  const [left, right] = [numbers(one), numbers(other)];
  const index = [0, 1, 2].find((at) => (left[at] ?? 0) !== (right[at] ?? 0));
  return index === undefined ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

const numbers = (version: string): readonly number[] =>
  version.split('.').map((part) => Number.parseInt(part, 10) || 0);
