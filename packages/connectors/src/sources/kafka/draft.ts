import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import { atPath } from '../../documents/json-lines.ts';
import { payloadOf } from '../../documents/payload.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import type { Config } from './config.ts';
import type { PartitionCursor } from './cursor.ts';
import type { Message } from './message.ts';

const MOST_ROWS = 500;
const MOST_BYTES = 4_000_000;
/** `createTime` is not known of very old messages. */
const NO_TIME = -1n;

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

const plain = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : bytes.toString('base64');
};

/** What one page will hold. Of a key the last message counts, be it a record or a delete. */
export class Draft {
  readonly #config: Config;
  readonly #place: Place;
  readonly #byKey = new Map<string, Message | 'deleted'>();
  readonly #failures: RecordFailure[] = [];
  #bytes = 0;

  constructor(config: Config, place: Place) {
    this.#config = config;
    this.#place = place;
  }

  get isFull(): boolean {
    return this.#byKey.size + this.#failures.length >= MOST_ROWS || this.#bytes >= MOST_BYTES;
  }

  take(batch: Pick<RecordsBatch, 'firstOffset' | 'firstTimestamp'>, record: KafkaRecord): void {
    const { topic, partition } = this.#place;
    const offset = String(batch.firstOffset + BigInt(record.offsetDelta));
    const place = `${topic}:${partition}:${offset}`;
    const own = record.key === null ? undefined : plain(record.key);
    const size = record.value?.length ?? 0;
    this.#bytes += size + (own?.length ?? 0);
    const most = this.#config.max_message_bytes;
    const payload = record.value === null || size > most ? {} : payloadOf(record.value);
    const key = this.#keyOf(place, own, record, payload.data);
    const fail = (code: string, words: string): void =>
      void this.#failures.push({ key: key ?? place, code, message: `${place}: ${words}` });
    if (size > most) fail('too_large', `larger than ${most} bytes; its value cannot be found.`);
    if (key === undefined) return fail('no_key', `has no ${this.#config.key}.`);
    this.#byKey.delete(key);
    const kept = { key, topic, partition, offset, size, ...payload, ...(own !== undefined && { message_key: own }) };
    this.#byKey.set(
      key,
      this.#isTombstone(record) ? 'deleted' : { ...kept, ...timeOf(batch, record), ...headersOf(record) },
    );
  }

  /** A message of a key without a value: its key is gone. */
  #isTombstone({ key, value }: KafkaRecord): boolean {
    return value === null && key !== null && this.#config.key !== 'offset';
  }

  /** The record's key. A tombstone has no fields, so by a field its message key is taken. */
  #keyOf(place: string, own: string | undefined, record: KafkaRecord, data: Message['data']): string | undefined {
    const { key: rule } = this.#config;
    if (rule === 'offset') return place;
    if (rule === 'message' || record.value === null) return own === undefined || own === '' ? place : own;
    const value = atPath(data, rule.slice('field:'.length));
    return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
  }

  page(): Page<Message, PartitionCursor> {
    const entries = [...this.#byKey];
    return {
      upserts: entries.flatMap(([, record]) => (record === 'deleted' ? [] : [record])),
      deletes: entries.flatMap(([key, record]) => (record === 'deleted' ? [key] : [])),
      failures: this.#failures,
    };
  }
}

function timeOf(
  { firstTimestamp }: Pick<RecordsBatch, 'firstTimestamp'>,
  { timestampDelta }: KafkaRecord,
): { readonly time?: string } {
  const at = firstTimestamp + timestampDelta;
  return at > NO_TIME ? { time: new Date(Number(at)).toISOString() } : {};
}

function headersOf({ headers }: KafkaRecord): { readonly headers?: Record<string, string[]> } {
  const found: Record<string, string[]> = {};
  const none = Buffer.alloc(0);
  for (const [name, value] of headers) (found[plain(name ?? none)] ??= []).push(plain(value ?? none));
  return headers.length === 0 ? {} : { headers: found };
}
