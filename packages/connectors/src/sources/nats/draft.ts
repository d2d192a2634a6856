import type { JsMsg } from '@nats-io/jetstream';
import type { Page, RecordFailure } from '../../kit/page.ts';
import type { StreamCursor } from './cursor.ts';
import type { Message } from './message.ts';
import { payloadOf } from '../../documents/payload.ts';
import { type KeyRule, recordKey } from './record-key.ts';

const MOST_ROWS = 500;
const MOST_BYTES = 4_000_000;

/** How a message becomes a record. */
export interface RecordRules {
  readonly key: KeyRule;
  readonly mostBytes: number;
}

/** Headers by which a message says that its key is deleted: of buckets (NATS ADR-8), and of limits that leave marks (ADR-43). */
const DELETE_MARKS: Readonly<Record<string, readonly string[]>> = {
  'kv-operation': ['DEL', 'PURGE'],
  'nats-marker-reason': ['MaxAge', 'Remove', 'Purge'],
};

/** What one page will hold. Of a key the last message counts, be it a record or a delete. */
export class Draft {
  readonly #rules: RecordRules;
  readonly #byKey = new Map<string, Message | 'deleted'>();
  readonly #failures: RecordFailure[] = [];
  #bytes = 0;
  #sequence = 0;

  constructor(rules: RecordRules) {
    this.#rules = rules;
  }

  /** The sequence of the last message taken. */
  get sequence(): number {
    return this.#sequence;
  }

  get isEmpty(): boolean {
    return this.#sequence === 0;
  }

  get isFull(): boolean {
    return this.#byKey.size + this.#failures.length >= MOST_ROWS || this.#bytes >= MOST_BYTES;
  }

  take(message: JsMsg): void {
    this.#sequence = message.seq;
    this.#bytes += message.data.length;
    const { key: rule, mostBytes } = this.#rules;
    const headers = headersOf(message);
    const isTooLarge = message.data.length > mostBytes;
    const payload = isTooLarge ? {} : payloadOf(message.data);
    const place = { sequence: message.seq, subject: message.subject };
    const key = recordKey(rule, { ...place, headers, data: payload.data });
    const fail = (code: string, words: string): void =>
      void this.#failures.push({
        key: key ?? String(message.seq),
        code,
        message: `${message.subject} ${message.seq}: ${words}`,
      });
    if (isTooLarge) fail('too_large', `larger than ${mostBytes} bytes; its payload cannot be found.`);
    if (key === undefined) return fail('no_key', 'has no such key.');
    const isDelete = rule.by !== 'sequence' && isMarked(headers);
    this.#byKey.delete(key);
    this.#byKey.set(
      key,
      isDelete
        ? 'deleted'
        : {
            key,
            stream: message.info.stream,
            ...place,
            time: message.time.toISOString(),
            size: message.data.length,
            ...(Object.keys(headers).length > 0 && { headers }),
            ...payload,
          },
    );
  }

  page(cursor: StreamCursor): Page<Message, StreamCursor> {
    const entries = [...this.#byKey];
    return {
      upserts: entries.flatMap(([, record]) => (record === 'deleted' ? [] : [record])),
      deletes: entries.flatMap(([key, record]) => (record === 'deleted' ? [key] : [])),
      failures: this.#failures,
      cursor,
    };
  }
}

function headersOf({ headers }: JsMsg): Record<string, string[]> {
  return headers ? Object.fromEntries(headers.keys().map((name) => [name, headers.values(name)])) : {};
}

const isMarked = (headers: Readonly<Record<string, readonly string[]>>): boolean =>
  Object.entries(headers).some(([name, values]) =>
    values.some((value) => DELETE_MARKS[name.toLowerCase()]?.includes(value)),
  );
