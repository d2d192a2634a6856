import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import type { CST, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { LIMITS } from './limits.ts';
import { assertBounded } from './measure.ts';
import { tooManyCopies } from './too-many-copies.ts';
import { yamlScalar } from './yaml-scalar.ts';

/**
 * The plain value of a manifest: YAML (JSON is YAML too) or an object. Aliases are shared, not copied. Throws
 * `ConnectorError('configuration')` with line and column for what is no YAML (duplicate keys and tabs as well), and for what is
 * beyond `LIMITS`.
 */
export function readManifest(source: string | JsonObject): JsonObject {
  const value = typeof source === 'string' ? readYaml(source) : source;
  assertBounded(value, LIMITS.depth);
  if (isJsonObject(value)) return value;
  throw new ConnectorError(
    'configuration',
    'The manifest is not an object; it begins with lines such as `version: 7.0.0`.',
  );
}

interface Reading {
  readonly lines: LineCounter;
  /** Values of anchors, in the order of the text: an alias means the last one before it. */
  readonly anchors: Map<string, Json>;
  aliases: number;
  /** Fields that merge keys have copied. */
  copied: number;
}

function readYaml(source: string): Json {
  if (Buffer.byteLength(source) > LIMITS.bytes) {
    throw new ConnectorError('configuration', `The manifest is larger than ${LIMITS.bytes / 1_000_000} MB.`);
  }
  const reading: Reading = { lines: new LineCounter(), anchors: new Map(), aliases: 0, copied: 0 };
  // Only texts: what they mean is for `yamlScalar` to say. Its comparison of all keys of a map with all others is too slow.
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const [document, another] = composer.compose(tokens(source, reading.lines), true, source.length);
  const [error] = document?.errors ?? [];
  if (error)
    throw new ConnectorError(
      'configuration',
      `The manifest is not YAML: ${shown(error.message)}${place(error.pos[0], reading)}.`,
    );
  if (another)
    throw new ConnectorError('configuration', 'The manifest is more than one YAML document; take out the lines `---`.');
  return plain(document?.contents, reading, 0);
}

/** Stops at what is nested too deep or has too many pieces, for which the parser needs more time than for other text. */
function* tokens(source: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let pieces = 0;
  for (const lexeme of new Lexer().lex(source)) {
    pieces += 1;
    if (pieces > LIMITS.pieces) throw tooMany();
    yield* parser.next(lexeme);
    // A level of the text takes a level of the parser or two.
    if (parser.stack.length > 2 * LIMITS.depth) throw tooDeep();
  }
  yield* parser.end();
}

function plain(node: unknown, reading: Reading, level: number): Json {
  if (level > LIMITS.depth) throw tooDeep();
  if (node === null || node === undefined) return null;
  if (isAlias(node)) return aliased(node.source, reading);
  let value: Json;
  if (isScalar(node)) value = scalar(node, reading);
  else if (isSeq(node)) value = list(node, reading, level);
  else if (isMap(node)) value = mapping(node, reading, level);
  else throw new TypeError('The YAML parser gave a node of an unknown kind.');
  const { anchor } = node as { readonly anchor?: string };
  if (anchor !== undefined) reading.anchors.set(anchor, value);
  return value;
}

function aliased(name: string, reading: Reading): Json {
  reading.aliases += 1;
  if (reading.aliases > LIMITS.aliases) {
    throw new ConnectorError('configuration', `The manifest has more than ${LIMITS.aliases} YAML aliases.`);
  }
  const value = reading.anchors.get(name);
  if (value !== undefined) return value;
  throw new ConnectorError(
    'configuration',
    `The YAML alias \`*${shown(name)}\` stands within what it means, or nothing before it has that name.`,
  );
}

const list = (node: YAMLSeq, reading: Reading, level: number): readonly Json[] =>
  node.items.map((item) => plain(item, reading, level + 1));

function mapping(node: YAMLMap, reading: Reading, level: number): JsonObject {
  const merged: JsonObject[] = [];
  const own: Record<string, Json> = {};
  for (const { key, value } of node.items) {
    const name = keyOf(key, reading);
    if (Object.hasOwn(own, name)) throw duplicate(name, key, reading);
    const member = plain(value, reading, level + 1);
    if (name === '<<' && (isJsonObject(member) || Array.isArray(member)))
      merged.push(...[member].flat().filter(isJsonObject));
    else setOwn(own, name, member);
  }
  if (merged.length === 0) return own;
  for (const one of merged) reading.copied += Object.keys(one).length;
  if (reading.copied > LIMITS.copied) throw tooManyCopies();
  // The first of several wins, and the map's own keys win over all.
  return Object.assign({}, ...merged.toReversed(), own) as JsonObject;
}

const duplicate = (name: string, key: unknown, reading: Reading): ConnectorError =>
  new ConnectorError(
    'configuration',
    `The manifest has the key \`${shown(name)}\` twice in the same place, again${place(offsetOf(key), reading)}.`,
  );

const offsetOf = (node: unknown): number | undefined =>
  (node as { readonly range?: readonly number[] } | null)?.range?.[0];

/** Also for `__proto__`, which an assignment would take for something else; it is refused later, with the others. */
function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true });
}

/** Keys are texts as they are written: a field named `on` is no boolean. */
function keyOf(key: unknown, reading: Reading): string {
  if (isScalar(key)) return key.source ?? String(key.value);
  const where = place(offsetOf(key), reading);
  throw new ConnectorError('configuration', `The manifest has a key that is no text${where}.`);
}

const PLAIN_TAGS = /^tag:yaml\.org,2002:(?:int|float|bool|null)$/;

function scalar(node: Scalar, reading: Reading): Json {
  const text = typeof node.value === 'string' ? node.value : '';
  if (node.tag === undefined || node.tag === '!') return node.type === 'PLAIN' ? yamlScalar(text) : text;
  if (node.tag === 'tag:yaml.org,2002:str') return text;
  if (PLAIN_TAGS.test(node.tag)) return yamlScalar(text);
  const where = place(node.range?.[0], reading);
  throw new ConnectorError(
    'configuration',
    `The manifest has a YAML tag that is not known here, \`${shown(node.tag)}\`${where}.`,
  );
}

function place(offset: number | undefined, { lines }: Reading): string {
  if (offset === undefined) return '';
  const { line, col } = lines.linePos(offset);
  return ` at line ${line}, column ${col}`;
}

/** Names and words of a manifest may be of any length. */
const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const tooMany = (): ConnectorError =>
  new ConnectorError(
    'configuration',
    `The manifest has more than ${LIMITS.pieces.toLocaleString('en')} words and signs of YAML.`,
  );

const tooDeep = (): ConnectorError =>
  new ConnectorError('configuration', `The manifest is nested in more than ${LIMITS.depth} levels; make it flatter.`);
