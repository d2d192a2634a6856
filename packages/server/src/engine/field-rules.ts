import type { Secret } from '@tributary/connectors/kit/secret';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { failure } from './fault.ts';
import { declaredFields } from './field-types.ts';
import type { DeclaredFields } from './field-types.ts';
import { PolicyViolation } from './policy-violation.ts';
import { hashText, hashValue, maskValue } from './protect-value.ts';
import type { FieldRule } from './selection.ts';

type Action = (value: unknown) => unknown;
type Fields = Record<string, unknown>;

/** What is to be done below one place of a row. */
interface Place {
  readonly action?: Action | 'drop';
  readonly children: Map<string, Place>;
}

/** How many characters a mask leaves when a rule does not say. */
export const DEFAULT_KEEP = 4;

type KeyedStream = Pick<Stream, 'name' | 'key' | 'primaryKey' | 'jsonSchema'>;

/**
 * The field rules of one stream, made ready for its rows. They run before a record is identified, hashed or given text,
 * so that nothing of a raw value gets any further.
 */
export class FieldRules {
  /** Keys are stored as hashes, since they are made of hashed fields, or of nobody knows what. */
  readonly hashesKeys: boolean;
  readonly #stream: KeyedStream;
  readonly #declared: DeclaredFields;
  readonly #root: Place = { children: new Map() };
  readonly #key: Buffer;

  /**
   * @param key base64; keyed by it, equal values of an organization have equal hashes
   * @throws PolicyViolation for a rule that would make keys ambiguous
   */
  constructor(stream: KeyedStream, rules: readonly FieldRule[], key: Secret) {
    this.#stream = stream;
    this.#key = Buffer.from(key.reveal(), 'base64');
    this.#declared = declaredFields(stream.jsonSchema);
    const { fields } = this.#declared;
    for (const rule of rules) this.#add(segmentsOf(rule.path, fields), this.#actionOf(rule));
    const ambiguous = rules.find((rule) => rule.action !== 'hash' && touchesKey(rule.path, stream.primaryKey));
    if (ambiguous) throw new PolicyViolation(keyFailure(stream.name));
    // A key field that the schema does not know was made up from the row, often as a hash that could be guessed at.
    const madeUp = (stream.primaryKey ?? []).filter((path) => !Object.hasOwn(fields, path.split('.')[0] ?? ''));
    const isHashed = rules.some((rule) => touchesKey(rule.path, stream.primaryKey));
    this.hashesKeys = isHashed || madeUp.length > 0 || stream.primaryKey === undefined;
  }

  /** A copy of the row as it may be stored. Throws `PolicyViolation` when the key turns out to need a field as it was. */
  apply(row: JsonObject): JsonObject {
    const kept = changed(this.#root, row) as Fields;
    const key = this.#keyOf(row);
    if (this.hashesKeys) this.#hideMadeUp(kept, key);
    else if (this.#keyOf(kept as JsonObject) !== key) throw new PolicyViolation(keyFailure(this.#stream.name));
    return kept as JsonObject;
  }

  /** The key as it may be stored; deletes come with keys alone, so it is made of the key and not of the row. */
  storedKey(key: string): string {
    return this.hashesKeys ? hashText(this.#key, key) : key;
  }

  /** Connectors carry keys along in fields of their own; what the schema does not know must not give away what was hashed. */
  #hideMadeUp(kept: Fields, key: string | undefined): void {
    const { fields, open } = this.#declared;
    for (const name of Object.keys(kept)) {
      if (Object.hasOwn(fields, name) || (open && kept[name] !== key)) continue;
      kept[name] = hashValue(this.#key, kept[name]);
    }
  }

  #keyOf(row: JsonObject): string | undefined {
    try {
      return this.#stream.key(row);
    } catch {
      return undefined;
    }
  }

  #actionOf({ action, keep = DEFAULT_KEEP }: FieldRule): Action | 'drop' {
    if (action === 'drop') return 'drop';
    return action === 'hash' ? (value) => hashValue(this.#key, value) : (value) => maskValue(value, keep);
  }

  #add(segments: readonly string[], action: Action | 'drop'): void {
    let place = this.#root;
    for (const [index, segment] of segments.entries()) {
      const isLast = index === segments.length - 1;
      const known = place.children.get(segment);
      const next: Place = { children: known?.children ?? new Map(), ...known, ...(isLast && { action }) };
      place.children.set(segment, next);
      place = next;
    }
  }
}

/** Whether a rule for `path` changes a field that the key is made of. */
export function touchesKey(path: string, primaryKey: readonly string[] = []): boolean {
  return primaryKey.some((key) => key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`));
}

/** A field whose name has dots in it is meant before a path is. */
function segmentsOf(path: string, fields: Readonly<Record<string, string>>): readonly string[] {
  return Object.hasOwn(fields, path) ? [path] : path.split('.');
}

function changed(place: Place, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => changed(place, item));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return changed(place, toJSON.call(value));
  const copy: Fields = { ...value };
  for (const [name, { action, children }] of place.children) {
    if (!Object.hasOwn(copy, name)) continue;
    if (action === 'drop') delete copy[name];
    else copy[name] = action ? action(copy[name]) : changed({ children }, copy[name]);
  }
  return copy;
}

function keyFailure(stream: string) {
  const message = `A field rule of ${stream} changes a field that its records are known by. Only hash such a field, or take the rule away.`;
  return failure('configuration_invalid', message);
}
