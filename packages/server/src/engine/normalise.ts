import { hash } from 'node:crypto';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { Page, RecordFailure } from '@tributary/connectors/kit/page';
import type { EntityDocument, EntityUpsert } from '../collection-store/port.ts';
import { canonicalJson, CanonicalJsonError } from './canonical-json.ts';
import { PolicyViolation } from './policy-violation.ts';
import { describeRecord } from './record-description.ts';
import { LEFT_OUT } from './quarantine.ts';
import type { RowPolicy } from './row-policy.ts';

/** A new version makes every record count as changed once; raise it when `canonicalJson` writes anything differently. */
const HASH_VERSION = '1\n';
/** Larger records are files rather than records; one of them must not fill the memory or an index. */
export const MAX_RECORD_LENGTH = 10_000_000;
/** Room for URLs and object names; longer keys are somebody's text by mistake. */
const MAX_KEY_LENGTH = 4_096;
/** A transaction of so many records stays under 100 ms; larger pages of a connector are stored in parts. */
export const MAX_BATCH = 1_000;
const MAX_FAILURE_MESSAGE = 300;

/** Part of a page, small enough for one transaction. */
export interface Batch {
  readonly upserts: readonly EntityUpsert[];
  readonly present: readonly string[];
  readonly deletes: readonly string[];
  readonly failures: readonly RecordFailure[];
}

export interface NormalisedPage {
  /** At least one; the page's cursor belongs to the last. */
  readonly batches: readonly Batch[];
  readonly cursor?: Json;
  readonly complete: boolean;
  /** A record failed and nobody knows which one: what the listing does not name may still exist. */
  readonly unnamedFailures: boolean;
}

interface Failed {
  readonly failure: RecordFailure;
}

const isFailed = (value: RowUpsert | Failed): value is Failed => 'failure' in value;

class RowUpsert implements EntityUpsert {
  readonly key: string;
  readonly hash: string;
  private readonly owner: Normaliser;
  private readonly row: JsonObject;
  private readonly canonical: string;

  constructor(owner: Normaliser, key: string, row: JsonObject, canonical: string) {
    this.key = key;
    this.hash = hash('sha256', HASH_VERSION + canonical, 'hex');
    this.owner = owner;
    this.row = row;
    this.canonical = canonical;
  }

  payload(): string {
    return this.owner.payload(this.row, this.key, this.canonical);
  }

  document(): EntityDocument {
    return describeRecord(this.owner.stream, this.row, this.key);
  }
}

/** Turns the pages of one stream into what the store takes: identified, hashed, without doubles, failures apart. */
export class Normaliser {
  readonly stream: Stream;
  readonly #policy: RowPolicy | undefined;
  /** What becomes of stored versions of records that exist, and that were not read: they may have a shape of before. */
  readonly #unread: 'stays' | 'goes';
  #late: RecordFailure[] = [];

  /** `policy` stands between the connector and everything that is kept of a row. */
  constructor(stream: Stream, policy?: RowPolicy, unread: 'stays' | 'goes' = 'stays') {
    this.stream = stream;
    this.#policy = policy;
    this.#unread = unread;
  }

  /** Never throws for what a record holds, but for what its policy refuses (`PolicyViolation`). When a key is upserted and deleted in one page, the delete wins. */
  normalise(page: Page): NormalisedPage {
    const upserts = new Map<string, EntityUpsert>();
    const present = new Set<string>();
    const failures = this.takeLateFailures();
    const fail = (failure: RecordFailure): void => {
      failures.push(failure);
      // It exists, although it cannot be taken: the version that is stored stays.
      if (failure.key !== undefined) present.add(failure.key);
    };
    for (const row of page.upserts) {
      const taken = this.#take(row);
      if (isFailed(taken)) fail(taken.failure);
      else upserts.set(taken.key, taken);
    }
    for (const failure of page.failures ?? []) fail(this.#cleanFailure(failure));
    for (const key of page.present ?? []) present.add(this.storedKey(key));
    if (this.#unread === 'goes') present.clear();
    const deletes = new Set((page.deletes ?? []).map((key) => this.storedKey(key)));
    for (const key of deletes) {
      upserts.delete(key);
      present.delete(key);
    }
    return {
      batches: split([...upserts.values()], [...present], [...deletes], failures),
      ...(page.cursor !== undefined && { cursor: JSON.parse(canonicalJson(page.cursor)) as Json }),
      complete: page.complete === true,
      unnamedFailures: failures.some((failure) => failure.key === undefined),
    };
  }

  /** The fields to keep. A stream that cannot give them leaves the record empty and counted, never unmasked. */
  payload(row: JsonObject, key: string, canonical: string): string {
    if (!this.stream.fields) return canonical;
    try {
      return canonicalJson(this.stream.fields(row), { maxLength: MAX_RECORD_LENGTH });
    } catch (error) {
      this.#late.push({ key, ...failureOf(error) });
      return '{}';
    }
  }

  /** The key under which a record is kept, from the connector's own; bound, to be handed on. */
  readonly storedKey = (key: string): string => (this.#policy ? this.#policy.storedKey(cleanKey(key)) : cleanKey(key));

  /** Failures that showed up while the store asked for payloads; they are reported with the next page. */
  takeLateFailures(): RecordFailure[] {
    const late = this.#late;
    this.#late = [];
    return late;
  }

  #take(given: unknown): RowUpsert | Failed {
    let key: string | undefined;
    try {
      const row = this.stream.parseRow ? this.stream.parseRow(given) : (given as JsonObject);
      key = this.#keyOf(row);
      if (key === undefined) return { failure: { code: 'bad_key', message: 'The record has no usable key.' } };
      const kept = this.#policy ? this.#policy.apply(row) : row;
      return new RowUpsert(this, key, kept, canonicalJson(kept, { maxLength: MAX_RECORD_LENGTH }));
    } catch (error) {
      if (error instanceof PolicyViolation) throw error;
      key ??= this.#guessKey(given);
      return { failure: { ...(key !== undefined && { key }), ...failureOf(error) } };
    }
  }

  /** The key of a row that does not fit its schema, when it can be told all the same. */
  #guessKey(given: unknown): string | undefined {
    try {
      return this.#keyOf(given as JsonObject);
    } catch {
      return undefined;
    }
  }

  #keyOf(row: JsonObject): string | undefined {
    const key = usableKey(this.stream.key(row));
    return key === undefined || !this.#policy ? key : this.#policy.storedKey(key);
  }

  #cleanFailure({ key, code, message }: RecordFailure): RecordFailure {
    const isHidden = this.#policy?.wordless === true && message !== LEFT_OUT;
    const words = isHidden ? 'The source could not give this record in full.' : message;
    return {
      ...(key !== undefined && { key: this.storedKey(key) }),
      code,
      message: words.toWellFormed().slice(0, MAX_FAILURE_MESSAGE),
    };
  }
}

function usableKey(key: unknown): string | undefined {
  const text = typeof key === 'number' || typeof key === 'bigint' ? String(key) : key;
  if (typeof text !== 'string' || text === '' || text.length > MAX_KEY_LENGTH) return undefined;
  return cleanKey(text);
}

function cleanKey(key: string): string {
  return typeof key === 'string' && key.isWellFormed() ? key : String(key).toWellFormed();
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Why a row was refused; only words of ours and of the schema are shown, never what the row holds. */
function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof CanonicalJsonError) return { code: error.problem, message: error.message };
  if (error instanceof Error && 'issues' in error && Array.isArray(error.issues)) {
    const issues = error.issues as readonly Issue[];
    const words = issues.slice(0, 3).map((issue) => `${issue.path.map(String).join('.') || 'row'}: ${issue.message}`);
    return { code: 'invalid_row', message: words.join('; ').slice(0, MAX_FAILURE_MESSAGE) };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return { code: 'unreadable', message: `The record could not be read (${name}).` };
}

function split(
  upserts: readonly EntityUpsert[],
  present: readonly string[],
  deletes: readonly string[],
  failures: readonly RecordFailure[],
): readonly Batch[] {
  const longest = Math.max(upserts.length, present.length, deletes.length, failures.length);
  if (longest <= MAX_BATCH) return [{ upserts, present, deletes, failures }];
  return Array.from({ length: Math.ceil(longest / MAX_BATCH) }, (_, index) => {
    const part = <T>(items: readonly T[]): readonly T[] => items.slice(index * MAX_BATCH, (index + 1) * MAX_BATCH);
    return { upserts: part(upserts), present: part(present), deletes: part(deletes), failures: part(failures) };
  });
}
