import { z } from 'zod';
import { atPath, jsonLines, nameIn } from '../../documents/json-lines.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Config } from './config.ts';

/** A message as a record; of its value one of `data`, `text` and `base64` is there, or none. */
export const Message = z.object({
  key: z.string(),
  topic: z.string(),
  partition: z.int(),
  /** As text: it may exceed what a double holds. */
  offset: z.string(),
  time: z.string().optional(),
  /** Bytes of the value. */
  size: z.int(),
  /** The message's key; Base64 when it is no text. */
  message_key: z.string().optional(),
  headers: z.record(z.string(), z.array(z.string())).optional(),
  data: z.json().optional(),
  text: z.string().optional(),
  base64: z.string().optional(),
});

export interface Message extends JsonObject {
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly time?: string;
  readonly size: number;
  readonly message_key?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly data?: Json;
  readonly text?: string;
  readonly base64?: string;
}

/** Characters of a value that people read as a field. */
const SHORT_TEXT = 2_000;
const MOST_NAME = 200;

/** What is searched: the message's key, and the words of its value or of the chosen fields. */
export function messageText({ text_fields: paths }: Pick<Config, 'text_fields'>, row: Message): string {
  const chosen = Object.fromEntries(paths.map((path) => [path, atPath(row.data, path) ?? null]));
  const words = row.text ?? jsonLines(paths.length === 0 ? row.data : chosen);
  return [row.message_key, words].filter((part) => part !== undefined && part !== '').join('\n') || row.key;
}

/** What is kept as fields: a text that is long is kept for search only. */
export function messageFields({ text, ...kept }: Message): JsonObject {
  return text !== undefined && text.length <= SHORT_TEXT ? { ...kept, text } : kept;
}

export function describeMessage({
  data,
  key,
  topic,
  partition,
  offset,
  message_key: own,
  time,
}: Message): RecordDescription {
  const at = time === undefined ? undefined : Date.parse(time);
  return {
    name: (nameIn(data) ?? (own === key ? key : `${topic} ${partition}:${offset}`)).slice(0, MOST_NAME),
    ...(at !== undefined && { updatedAt: at }),
    breadcrumbs: [{ id: topic, name: topic, type: 'topic' }],
  };
}
