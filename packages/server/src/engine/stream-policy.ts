import { createHash } from 'node:crypto';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { Json } from '@tributary/connectors/kit/json';
import type { StoredCursor } from '../collection-store/port.ts';
import { must } from '../lib/asserts.ts';
import { canonicalJson } from './canonical-json.ts';
import { FieldRules } from './field-rules.ts';
import { Normaliser } from './normalise.ts';
import { declaredFields } from './field-types.ts';
import type { DeclaredFields } from './field-types.ts';
import type { RowPolicy } from './row-policy.ts';
import type { StreamMemory, StreamShape } from './schema-memory.ts';
import type { SchemaWatch } from './schema-watch.ts';
import { parseScopeState, scopeStateJson } from './scope-state.ts';
import type { ScopeState } from './scope-state.ts';
import { CursorSeal } from './sealed-cursor.ts';
import { rulesOf } from './selection.ts';
import type { FieldRule, Selection } from './selection.ts';

/** Why a stream is read anew although its cursors are good: its rules are others, or its keys, or it has more fields. */
export type Anew = 'rules' | 'key' | 'fields';

/** How one stream is read: what its rows go through, and in which shape its records are kept. */
export class StreamPolicy {
  readonly shape: StreamShape;
  readonly anew: Anew | undefined;
  /** Absent: rows are taken as they come, and cost nothing. */
  readonly #rows: RowPolicy | undefined;
  readonly #onSettled: (() => void) | undefined;
  readonly #seal: CursorSeal | undefined;

  constructor(options: {
    readonly shape: StreamShape;
    readonly anew?: Anew | undefined;
    readonly rules?: FieldRules | undefined;
    readonly seal?: CursorSeal | undefined;
    readonly watch?: SchemaWatch | undefined;
    readonly onSettled?: () => void;
  }) {
    this.shape = options.shape;
    this.anew = options.anew;
    this.#rows = rowPolicy(options.rules, options.watch);
    this.#onSettled = options.onSettled;
    this.#seal = options.seal;
  }

  /** Cursors are kept unreadable. */
  get seals(): boolean {
    return this.#seal !== undefined;
  }

  /** What turns the stream's pages into what may be stored. */
  normaliser(stream: Stream): Normaliser {
    return new Normaliser(stream, this.#rows, this.anew === 'rules' ? 'goes' : 'stays');
  }

  /** The stream was read to its end, and what was not read is gone: all that is stored of it has this shape. */
  settle(): void {
    this.#onSettled?.();
  }

  /** The state of a scope as the store is to keep it. */
  write(state: ScopeState): Json {
    const { cursor, ...rest } = state;
    const { shape } = this;
    if (!this.#seal || cursor === undefined) return scopeStateJson({ ...state, shape });
    return scopeStateJson({ ...rest, shape, sealed: this.#seal.seal(cursor) });
  }

  /** A stored cursor with its state readable; one that cannot be opened is of a foreign shape. */
  read(stored: StoredCursor): StoredCursor {
    const state = parseScopeState(stored.value);
    if (state?.sealed === undefined) return stored;
    const cursor = this.#seal?.open(state.sealed);
    return { ...stored, value: cursor === undefined ? null : scopeStateJson({ ...state, cursor }) };
  }

  /** Whether reading may go on from the stored cursors: what was stored with them has the shape that is wanted now. */
  trusts(stored: readonly StoredCursor[], generation: number): boolean {
    const states = stored.map((one) => parseScopeState(one.value)).filter((state) => state !== undefined);
    const allFit = states.every((state) => fits(state.shape, this.shape));
    if (!this.anew) return allFit;
    // An attempt of this very job has begun to read it anew.
    const begun = states.length > 0 && states.every((state) => state.generation === generation);
    return allFit && begun && states.length === stored.length;
  }
}

type KnownFields = Pick<StreamMemory, 'epoch' | 'fields' | 'open'>;

/** Rules and seal of a stream; nothing when no rule concerns it. Throws `PolicyViolation`. */
export function protectionOf(
  stream: Stream,
  selection: Selection,
  memory: KnownFields,
  key: Secret | undefined,
): { readonly rules?: FieldRules; readonly seal?: CursorSeal } {
  // Without a schema any field may come, so that all rules are followed; the cursor stays as the next job expects it.
  const concerned = concerning(declaredFields(stream.jsonSchema), rulesOf(selection, stream.name));
  if (concerned.length === 0) return {};
  const secret = must(key, 'field rules come with the key of their hashes');
  const seals = lastingRules(stream, selection, memory).length > 0;
  return { rules: new FieldRules(stream, concerned, secret), ...(seals && { seal: new CursorSeal(secret) }) };
}

export function shapeOf(stream: Stream, selection: Selection, memory: KnownFields): StreamShape {
  const rules = lastingRules(stream, selection, memory).map(({ path, action, keep }) => [path, action, keep ?? null]);
  return {
    rules: rules.length === 0 ? '' : fingerprint(rules),
    key: keyShape(stream),
    epoch: memory.epoch,
  };
}

/** A schema that could not be had this time is no reason to read everything anew. */
function lastingRules(stream: Stream, selection: Selection, memory: KnownFields): readonly FieldRule[] {
  const declared = stream.schemaUnknown ? memory : declaredFields(stream.jsonSchema);
  return concerning(declared, rulesOf(selection, stream.name));
}

function keyShape({ primaryKey, stateShape }: Stream): string {
  if (stateShape !== undefined) return fingerprint([primaryKey ?? [], stateShape]);
  return primaryKey ? fingerprint(primaryKey) : '';
}

/** Whether what was stored in one shape may stay beside what is stored in another. */
function fits(stored: StreamShape | undefined, wanted: StreamShape): boolean {
  // Stored before there were shapes, so without rules.
  if (!stored) return wanted.rules === '' && wanted.epoch === 0;
  return stored.rules === wanted.rules && stored.epoch === wanted.epoch && sameKey(stored, wanted);
}

export function sameKey(one: StreamShape, other: StreamShape): boolean {
  return one.key === '' || other.key === '' || one.key === other.key;
}

/** Rules for all streams concern those that have the field, as far as the schema says. */
function concerning({ fields, open }: DeclaredFields, rules: readonly FieldRule[]): readonly FieldRule[] {
  if (open) return rules;
  return rules.filter(
    ({ stream: named, path }) =>
      named !== '*' || Object.hasOwn(fields, path) || Object.hasOwn(fields, path.split('.')[0] ?? ''),
  );
}

function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

function rowPolicy(rules: FieldRules | undefined, watch: SchemaWatch | undefined): RowPolicy | undefined {
  if (!rules && !watch) return undefined;
  return {
    apply(row) {
      const seen = watch ? watch.observe(row) : row;
      return rules ? rules.apply(seen) : seen;
    },
    storedKey: (key) => (rules ? rules.storedKey(key) : key),
    wordless: rules !== undefined,
  };
}
