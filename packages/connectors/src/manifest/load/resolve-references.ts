import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { LIMITS } from './limits.ts';
import { assertBounded } from './measure.ts';
import { tooManyCopies } from './too-many-copies.ts';

interface Resolution {
  readonly root: JsonObject;
  /** Every part is resolved once; whoever refers to it shares the result. */
  readonly parts: Map<object, Json>;
  readonly references: Map<string, Json>;
  /** The references that are being followed, outermost first. */
  readonly following: string[];
  /** Keys that were copied from what references mean. */
  copied: number;
}

/**
 * The manifest with what its references mean: any text that begins with `#/`, under whichever key. An object with `$ref`
 * becomes the object that is meant, with its own keys over it. Names of a path are tried greedily: `#/a/b` means the key `a/b`
 * when there is one, and else `b` within `a`; numbers count the items of lists. `config_overrides` stays as it is. Results are
 * shared, so they must not be changed. Throws `ConnectorError('configuration')` that names an unknown reference or the way
 * around a circle.
 *
 * Python CDK: `parsers/manifest_reference_resolver.py`.
 */
export function resolveReferences(manifest: JsonObject): JsonObject {
  const resolved = resolve(manifest, {
    root: manifest,
    parts: new Map(),
    references: new Map(),
    following: [],
    copied: 0,
  });
  assertBounded(resolved, LIMITS.resolvedDepth);
  return resolved as JsonObject;
}

function resolve(node: Json, state: Resolution): Json {
  if (typeof node === 'string') return node.startsWith('#/') ? follow(node, state) : node;
  if (typeof node !== 'object' || node === null) return node;
  const known = state.parts.get(node);
  if (known !== undefined) return known;
  const resolved = isJsonObject(node) ? resolveObject(node, state) : node.map((item) => resolve(item, state));
  state.parts.set(node, resolved);
  return resolved;
}

function resolveObject(node: JsonObject, state: Resolution): Json {
  const own: Record<string, Json> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref' || value === undefined) continue;
    own[key] = key === 'config_overrides' ? value : resolve(value, state);
  }
  if (node['$ref'] === undefined) return own;
  const meant = resolve(node['$ref'], state);
  if (!isJsonObject(meant)) return meant;
  // Counted before the copy is made: references to large objects would fill the memory.
  state.copied += Object.keys(meant).length;
  if (state.copied > LIMITS.copied) throw tooManyCopies();
  return { ...meant, ...own };
}

function follow(reference: string, state: Resolution): Json {
  const known = state.references.get(reference);
  if (known !== undefined) return known;
  const { following } = state;
  if (following.includes(reference)) {
    const circle = [...following.slice(following.indexOf(reference)), reference];
    throw new ConnectorError(
      'configuration',
      `References of the manifest go round in a circle: ${shown(circle.join(' → '))}.`,
    );
  }
  following.push(reference);
  if (following.length > LIMITS.resolvedDepth) {
    throw new ConnectorError(
      'configuration',
      `More than ${LIMITS.resolvedDepth} references of the manifest lead to each other.`,
    );
  }
  const resolved = resolve(lookUp(reference, state.root), state);
  following.pop();
  state.references.set(reference, resolved);
  return resolved;
}

function lookUp(reference: string, root: JsonObject): Json {
  let node: Json | undefined = root;
  let rest = reference.slice(2);
  while (rest !== '') {
    const whole = member(node, rest);
    if (whole !== undefined) return whole;
    const slash = rest.indexOf('/');
    const head = slash === -1 ? rest : rest.slice(0, slash);
    rest = slash === -1 ? '' : rest.slice(slash + 1);
    node = member(node, head);
    if (node === undefined) throw unknown(reference, head);
  }
  return node;
}

function member(node: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(node)) return /^\d+$/.test(key) ? (node as readonly Json[])[Number(key)] : undefined;
  return isJsonObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
}

const unknown = (reference: string, head: string): ConnectorError =>
  new ConnectorError(
    'configuration',
    `The manifest refers to \`${shown(reference)}\`, but there is no \`${shown(head)}\` at that place.`,
  );

const shown = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text);
