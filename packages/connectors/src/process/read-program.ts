import { ConnectorError } from '../kit/connector-error.ts';
import type { FeedPart } from '../kit/feed.ts';
import type { JsonObject } from '../kit/json.ts';
import type { RecordFailure } from '../kit/page.ts';
import type { ProgramState } from './program-message.ts';
import { type ProgramSession, programMessages, type ReadMessage } from './program-session.ts';
import { type ProgramStream, rowKey } from './program-stream.ts';
import { ReadTally } from './read-tally.ts';

/** Records in their order, and the state behind all that came before it. */
export interface ProgramPage {
  readonly parts: readonly FeedPart[];
  readonly state?: ProgramState;
}

export interface ProgramRead {
  readonly streams: readonly ProgramStream[];
  /** What goes into the file of states; absent on a first read. */
  readonly state?: unknown;
}

const PAGE_ROWS = 500;
/** Two pages are held at once, each of as many characters and one record more. */
const PAGE_CHARACTERS = 4_000_000;
/** Sources of change logs mark records that are gone so. */
const DELETED_AT = '_ab_cdc_deleted_at';

interface Part {
  readonly stream: ProgramStream;
  readonly upserts: JsonObject[];
  readonly deletes: Set<string>;
  readonly failures: RecordFailure[];
}

/**
 * Runs the program's `read` over some streams and yields what it hands over; a state ends a page. When it is through, throws
 * the `ConnectorError` that it told of, or that its accounts do not agree.
 */
export async function* readProgram(session: ProgramSession, read: ProgramRead): AsyncGenerator<ProgramPage> {
  const reader = new ProgramReader(session, read.streams);
  const catalog = { streams: read.streams.map((stream) => stream.configured) };
  const files = { catalog, ...(read.state !== undefined && { state: read.state }) };
  for await (const messages of programMessages(session, 'read', files))
    for (const message of messages) yield* reader.take(message);
  yield* reader.rest();
  const error = reader.tally.verdict();
  if (error) throw error;
}

class ProgramReader {
  readonly tally: ReadTally;
  readonly #session: ProgramSession;
  readonly #streams: ReadonlyMap<string, ProgramStream>;
  readonly #strangers = new Set<string>();
  #parts = new Map<string, Part>();
  #rows = 0;
  #characters = 0;
  #lastState: string | undefined;

  constructor(session: ProgramSession, streams: readonly ProgramStream[]) {
    this.#session = session;
    this.#streams = new Map(streams.map((stream) => [stream.name, stream]));
    this.tally = new ReadTally(session, new Set(this.#streams.keys()));
  }

  /** The pages that a message completes. */
  *take(message: ReadMessage): Generator<ProgramPage> {
    switch (message.type) {
      case 'record':
        yield* this.#takeRecord(message);
        return;
      case 'state':
        yield* this.#takeState(message.state);
        return;
      case 'stream_status':
        this.tally.noteStatus(message);
        return;
      case 'error':
        this.tally.noteError(message.error);
        return;
      case 'oversized':
        this.#takeOversized(message.head, message.bytes);
        return;
      case 'malformed':
        if (message.of !== 'RECORD') throw malformed(message.of);
        this.#fail(undefined, {
          code: 'unreadable',
          message: 'The executable sent a record that is none of the protocol.',
        });
        return;
      default:
    }
  }

  *rest(): Generator<ProgramPage> {
    if (this.#parts.size > 0) yield this.#flush();
  }

  *#takeRecord({ stream: name, data, size, isFile }: Extract<ReadMessage, { type: 'record' }>): Generator<ProgramPage> {
    const stream = this.#streams.get(name);
    if (!stream) return this.#noteStranger(name);
    if (isFile) throw refusedFiles(name);
    this.tally.countRecord(name);
    const gone = isGone(stream, data);
    const part = this.#partOf(stream);
    // In one part a key is either there or gone: the last word begins another part.
    const key = gone || part.deletes.size > 0 ? rowKey(stream.primaryKey, data) : '';
    if (!gone && part.deletes.has(key)) yield this.#flush();
    if (gone && key !== '') this.#partOf(stream).deletes.add(key);
    else this.#partOf(stream).upserts.push(data);
    this.#rows += 1;
    this.#characters += size;
    if (this.#rows >= PAGE_ROWS || this.#characters >= PAGE_CHARACTERS) yield this.#flush();
  }

  *#takeState(state: ProgramState): Generator<ProgramPage> {
    if (state.type === 'STREAM' && !this.#streams.has(state.stream)) return this.#noteStranger(state.stream);
    this.tally.checkState(state);
    const text = JSON.stringify(state.value);
    // Some sources say it again and again while nothing happens.
    if (this.#parts.size === 0 && text === this.#lastState) return;
    this.#lastState = text;
    yield { ...this.#flush(), state };
  }

  #takeOversized(head: string, bytes: number): void {
    const kind = /^\s*\{\s*"(?:type"\s*:\s*"(\w+)"|(\w+)")/.exec(head);
    const type = (kind?.[1] ?? kind?.[2] ?? 'record').toUpperCase();
    if (type === 'STATE' || type === 'CONTROL') throw malformed(type);
    if (type !== 'RECORD') return;
    const named = /"stream"\s*:\s*"([^"\\]*)"/.exec(head)?.[1];
    const message = `The executable sent a record of ${Math.round(bytes / 1_000_000)} MB, which is too large.`;
    this.#fail(named, { code: 'too_large', message });
  }

  /** A record failed; whose it was is not always known. */
  #fail(named: string | undefined, failure: RecordFailure): void {
    const candidates = [...this.#streams.values()];
    const found = candidates.find(({ descriptor }) => descriptor['name'] === named) ?? candidates[0];
    if (!found) return;
    this.tally.countRecord(found.name);
    this.#partOf(found).failures.push(failure);
    this.#rows += 1;
  }

  #noteStranger(name: string): void {
    if (this.#strangers.has(name)) return;
    this.#strangers.add(name);
    this.#session.log.warn({ stream: name }, 'the executable sends a stream that was not asked for');
  }

  #partOf(stream: ProgramStream): Part {
    let part = this.#parts.get(stream.name);
    if (!part) {
      part = { stream, upserts: [], deletes: new Set(), failures: [] };
      this.#parts.set(stream.name, part);
    }
    return part;
  }

  #flush(): ProgramPage {
    const parts = [...this.#parts.values()].map(({ stream, upserts, deletes, failures }) => ({
      stream: stream.name,
      upserts,
      ...(deletes.size > 0 && { deletes: [...deletes] }),
      ...(failures.length > 0 && { failures }),
    }));
    this.#parts = new Map();
    this.#rows = 0;
    this.#characters = 0;
    return { parts };
  }
}

const isGone = ({ primaryKey }: ProgramStream, data: JsonObject): boolean =>
  primaryKey.length > 0 && data[DELETED_AT] !== undefined && data[DELETED_AT] !== null;

function malformed(type: string): ConnectorError {
  return new ConnectorError(
    'invalid_answer',
    `The executable sent a ${type} message that is none of the protocol, or too long.`,
  );
}

function refusedFiles(stream: string): ConnectorError {
  return new ConnectorError(
    'configuration',
    `${stream} hands over files beside its records, which cannot be taken. Leave the stream out, or set the source to send no files.`,
  );
}
