import type { JsonObject } from '@tributary/connectors/kit/json';
import { failure } from './fault.ts';
import { typeOfValue, widened } from './field-types.ts';
import type { FieldTypes } from './field-types.ts';
import { PolicyViolation } from './policy-violation.ts';
import type { SchemaChange } from './schema-memory.ts';
import type { NewcomerPolicy } from './selection.ts';

/** A stream with more names than this has names for values; then nothing is new about a new one. */
const MAX_NAMES = 2_000;
/** Types are looked at in one of so many rows, and wherever the names differ from those of the row before. */
const SAMPLE_EVERY = 100;

export interface WatchOptions {
  readonly stream: string;
  /** Of the schema, and met before. */
  readonly known: FieldTypes;
  readonly held: FieldTypes;
  readonly policy: NewcomerPolicy;
  /** The stream was never read to its end: what it has now is what it has. */
  readonly learning: boolean;
  /** Rows may have fields that the schema does not name; else only what is held is left out. */
  readonly open: boolean;
}

/**
 * Sees which fields rows have beside those that are known. Rows of one stream mostly look alike, so only a row whose names
 * differ from the last one's is looked at.
 */
export class SchemaWatch {
  readonly #options: WatchOptions;
  readonly #known: Map<string, string>;
  readonly #held: Map<string, string>;
  readonly #changes: SchemaChange[] = [];
  #names: readonly string[] = [];
  #leftOut: readonly string[] = [];
  #untilSample = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#known = new Map(Object.entries(options.known));
    this.#held = new Map(Object.entries(options.held));
  }

  /** The row without the fields that are held. Throws `PolicyViolation` when the policy says to fail. */
  observe(row: JsonObject): JsonObject {
    const names = Object.keys(row);
    const looksNew = !areEqual(names, this.#names);
    if (looksNew) this.#meet(names, row);
    this.#untilSample -= 1;
    if (this.#options.open && (looksNew || this.#untilSample < 0)) this.#sample(row);
    return this.#leftOut.length === 0 ? row : without(row, this.#leftOut);
  }

  /** Known by now; what the schema names is among it. */
  get known(): FieldTypes {
    return Object.fromEntries(this.#known);
  }

  get held(): FieldTypes {
    return Object.fromEntries(this.#held);
  }

  get changes(): readonly SchemaChange[] {
    return this.#changes;
  }

  #meet(names: readonly string[], row: JsonObject): void {
    this.#names = names;
    const { open } = this.#options;
    const strangers = names.filter((name) => !this.#known.has(name));
    if (open) for (const name of strangers) if (!this.#held.has(name)) this.#judge(name, row[name]);
    const isOut = (name: string): boolean => this.#held.has(name) || (open && this.#holds && !this.#known.has(name));
    this.#leftOut = strangers.filter(isOut);
  }

  #judge(field: string, value: unknown): void {
    if (this.#isFull) return;
    const { stream, policy, learning } = this.#options;
    const type = typeOfValue(value);
    if (learning || policy === 'take') {
      this.#known.set(field, type);
      if (!learning) this.#changes.push({ stream, kind: 'field_added', field, after: type, action: 'taken' });
      return;
    }
    this.#held.set(field, type);
    const action = policy === 'hold' ? 'held' : 'refused';
    this.#changes.push({ stream, kind: 'field_added', field, after: type, action });
    if (policy === 'fail') throw new PolicyViolation(refusal([`the new field ${field} of ${stream}`]));
  }

  #sample(row: JsonObject): void {
    this.#untilSample = SAMPLE_EVERY;
    for (const name of this.#names) {
      const known = this.#known.get(name);
      if (known === undefined) continue;
      const type = widened(known, typeOfValue(row[name]));
      if (type === known) continue;
      this.#known.set(name, type);
      if (known === 'null') continue;
      const { stream } = this.#options;
      this.#changes.push({ stream, kind: 'type_changed', field: name, before: known, after: type, action: 'kept' });
    }
  }

  get #isFull(): boolean {
    return this.#known.size + this.#held.size >= MAX_NAMES;
  }

  get #holds(): boolean {
    return this.#options.policy !== 'take' && !this.#options.learning;
  }
}

/** The failure of a job whose selection says to stop at what is new. */
export function refusal(news: readonly string[]) {
  const message = `The source has something new, and the selection says to stop there: ${news.join(', ')}. Accept it, or change the selection.`;
  return failure('schema_changed', message, { wholeJob: true });
}

function without(row: JsonObject, names: readonly string[]): JsonObject {
  const kept = { ...row };
  for (const name of names) delete (kept as Record<string, unknown>)[name];
  return kept;
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}
