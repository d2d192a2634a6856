import type { Stream } from '@tributary/connectors/kit/connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { Page, RecordFailure } from '@tributary/connectors/kit/page';
import { z } from 'zod';
import type { SourceWriter } from '../collection-store/port.ts';
import type { JobId } from '../lib/ids.ts';
import { StoreError } from './fault.ts';

/** So many worker processes may die with the same record in hand; then the record is left out. */
export const DEATHS = 3;
/** A source whose records kill by the thousand has another trouble than its records. */
const SUSPECTS_KEPT = 1_000;

const Place = z.object({ stream: z.string(), key: z.string() });
type Place = z.output<typeof Place>;

/** What the store keeps between attempts and jobs, fenced like every page. */
const Note = z.object({
  /** The job that goes carefully. */
  job: z.string().nullable(),
  /** The full sync that has cleared the list. */
  clearedBy: z.string().nullable(),
  /** Written before the record is touched and replaced afterwards: who finds it knows what the one before died of. */
  inHand: Place.nullable(),
  suspects: z.array(Place.extend({ deaths: z.int() })),
});
type Note = z.output<typeof Note>;

const NOTHING: Note = { job: null, clearedBy: null, inHand: null, suspects: [] };

/** A stream, and how its records are named where anything is kept of them. */
export interface Named {
  readonly stream: Stream;
  readonly storedKey: (key: string) => string;
}

export interface QuarantineStart {
  readonly jobId: JobId;
  /** A full sync gives every record another chance. */
  readonly full: boolean;
  /** Attempts in a row before this one that ended with their worker and brought nothing. */
  readonly stalledAttempts: number;
  /** What `setNote` left, if anything. */
  readonly note: Json | undefined;
  readonly setNote: SourceWriter['setNote'];
}

/**
 * Keeps a record that kills its worker (it does not fit into the memory, it crashes a parser) from stopping its source for
 * good. An attempt that follows a stalled one goes carefully: one record at a time, each named in the store before it is
 * touched. A record that was in hand when three workers died counts as a failure `quarantined` from then on, in this job and
 * in later ones, until a full sync. As long as nothing dies, pages pass untouched.
 */
export class Quarantine {
  /** Records are taken one by one; nothing is read ahead and nothing runs beside them. */
  readonly careful: boolean;
  readonly #setNote: SourceWriter['setNote'];
  #note: Note;

  private constructor(note: Note, careful: boolean, setNote: SourceWriter['setNote']) {
    this.careful = careful;
    this.#note = note;
    this.#setNote = setNote;
  }

  /** Reads what earlier attempts left. Throws what the store throws. */
  static async open({ jobId, full, stalledAttempts, note, setNote }: QuarantineStart): Promise<Quarantine> {
    const stored = Note.safeParse(note ?? NOTHING).data ?? NOTHING;
    const known = full && stored.clearedBy !== jobId ? { ...NOTHING, clearedBy: jobId } : stored;
    const careful = stalledAttempts > 0 || known.job === jobId;
    const counted = { ...countDeath(known), job: careful ? jobId : null };
    const kept = isEmpty(counted) ? null : counted;
    if (JSON.stringify(kept) !== JSON.stringify(note ?? null)) await setNote(kept);
    return new Quarantine(counted, careful, setNote);
  }

  /** The parts in which a page is to be stored, one after the other: nearly always the page itself. */
  parts(given: Named, page: Page): AsyncIterable<Page> | readonly Page[] {
    if (this.careful) return this.#oneByOne(given, page);
    const left = this.#quarantined(given.stream.name);
    return left.size === 0 ? [page] : [withoutRecords(given, page, left)];
  }

  async *#oneByOne(given: Named, page: Page): AsyncGenerator<Page> {
    const { stream } = given;
    const rest = withoutRecords(given, page, this.#quarantined(stream.name));
    try {
      for (const row of rest.upserts) {
        const key = keyOf(stream, row);
        await this.#take(key === undefined ? null : { stream: stream.name, key: given.storedKey(key) });
        yield { upserts: [row] };
        // It was stored, so it was not this record after all.
        this.#note = { ...this.#note, suspects: this.#note.suspects.filter((one) => !isAt(one, this.#note.inHand)) };
      }
    } finally {
      // Also when the run stops in order, so that nobody takes the stop for a death.
      if (rest.upserts.length > 0) await this.#take(null);
    }
    yield { ...rest, upserts: [] };
  }

  async #take(inHand: Place | null): Promise<void> {
    this.#note = { ...this.#note, inHand };
    try {
      await this.#setNote(this.#note);
    } catch (error) {
      throw new StoreError(error);
    }
  }

  #quarantined(stream: string): ReadonlySet<string> {
    const records = this.#note.suspects.filter((one) => one.stream === stream && one.deaths >= DEATHS);
    return new Set(records.map((one) => one.key));
  }
}

/** Whoever had the record in hand did not put it down. */
function countDeath(note: Note): Note {
  const { inHand } = note;
  if (!inHand) return note;
  const deaths = (note.suspects.find((one) => isAt(one, inHand))?.deaths ?? 0) + 1;
  const others = note.suspects.filter((one) => !isAt(one, inHand));
  return { ...note, inHand: null, suspects: [...others, { ...inHand, deaths }].slice(-SUSPECTS_KEPT) };
}

function isAt(one: Place, other: Place | null): boolean {
  return one.stream === other?.stream && one.key === other.key;
}

function isEmpty({ job, inHand, suspects }: Note): boolean {
  return job === null && inHand === null && suspects.length === 0;
}

function withoutRecords({ stream, storedKey }: Named, page: Page, left: ReadonlySet<string>): Page {
  if (left.size === 0) return page;
  const failures: RecordFailure[] = [];
  const upserts = page.upserts.filter((row) => {
    const key = keyOf(stream, row);
    if (key === undefined || !left.has(storedKey(key))) return true;
    failures.push({ key, code: 'quarantined', message: LEFT_OUT });
    return false;
  });
  return failures.length === 0 ? page : { ...page, upserts, failures: [...(page.failures ?? []), ...failures] };
}

/** Why it fails; no word of the record is in it. */
export const LEFT_OUT = `Workers died ${DEATHS} times with this record in hand, so it is left out. A full sync tries it again.`;

/** The key as it can be told without checking the row; a row that has none cannot be named. */
function keyOf(stream: Stream, row: unknown): string | undefined {
  try {
    const key: unknown = stream.key(row as JsonObject);
    return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
  } catch {
    return undefined;
  }
}
