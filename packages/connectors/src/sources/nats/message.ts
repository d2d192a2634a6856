import { z } from 'zod';
import type { RecordDescription } from '../../kit/connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';

/** A message as a record; of its payload one of `data`, `text` and `base64` is there, or none. */
export const Message = z.object({
  key: z.string(),
  stream: z.string(),
  subject: z.string(),
  sequence: z.int(),
  time: z.string(),
  /** Bytes of the payload. */
  size: z.int(),
  headers: z.record(z.string(), z.array(z.string())).optional(),
  data: z.json().optional(),
  text: z.string().optional(),
  base64: z.string().optional(),
});

export interface Message extends JsonObject {
  readonly key: string;
  readonly stream: string;
  readonly subject: string;
  readonly sequence: number;
  readonly time: string;
  readonly size: number;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly data?: Json;
  readonly text?: string;
  readonly base64?: string;
}

const NAMES = ['title', 'name', 'subject', 'label'];
const MAX_NAME = 200;
/** Characters of a value that people read as a field. */
const SHORT_TEXT = 2_000;
const MOST_LINES = 2_000;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `path: value` lines of what JSON holds, so that names of fields are found like their values. */
function* lines(value: Json | undefined, path: string): Generator<string> {
  if (value === null || value === undefined || value === '') return;
  if (typeof value !== 'object') yield path === '' ? String(value) : `${path}: ${value}`;
  else
    for (const [name, inner] of Object.entries(value) as [string, Json][]) {
      const isPlace = Array.isArray(value);
      yield* lines(inner, isPlace ? path : path === '' ? name : `${path}.${name}`);
    }
}

/** What is searched: the subject and the payload's words. */
export const messageText = ({ subject, text, data }: Message): string =>
  [subject, text ?? Iterator.from(lines(data, '')).take(MOST_LINES).toArray().join('\n')].join('\n');

/** What is kept as fields: a text that is long is kept for search only. */
export function messageFields({ text, ...kept }: Message): JsonObject {
  return text !== undefined && text.length <= SHORT_TEXT ? { ...kept, text } : kept;
}

/** How a record is shown; `isLatest` when it is what is latest of its key, rather than one message of many. */
export function describeMessage(row: Message, isLatest: boolean): RecordDescription {
  const { data, key, subject, stream, sequence, time } = row;
  const named = isObject(data)
    ? NAMES.map((name) => data[name]).find((value) => typeof value === 'string' && value.trim() !== '')
    : undefined;
  const at = Date.parse(time);
  return {
    name: (typeof named === 'string' ? named : isLatest ? key : `${subject} ${sequence}`).slice(0, MAX_NAME),
    ...(isLatest ? { updatedAt: at } : { createdAt: at }),
    breadcrumbs: [
      { id: stream, name: stream, type: 'stream' },
      { id: `${stream}:${subject}`, name: subject, type: 'subject' },
    ],
  };
}
