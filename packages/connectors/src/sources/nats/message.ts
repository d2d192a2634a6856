import { z } from 'zod';
import { jsonLines, nameIn } from '../../documents/json-lines.ts';
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

const MAX_NAME = 200;
/** Characters of a value that people read as a field. */
const SHORT_TEXT = 2_000;

/** What is searched: the subject and the payload's words. */
export const messageText = ({ subject, text, data }: Message): string => [subject, text ?? jsonLines(data)].join('\n');

/** What is kept as fields: a text that is long is kept for search only. */
export function messageFields({ text, ...kept }: Message): JsonObject {
  return text !== undefined && text.length <= SHORT_TEXT ? { ...kept, text } : kept;
}

/** How a record is shown; `isLatest` when it is what is latest of its key, rather than one message of many. */
export function describeMessage(row: Message, isLatest: boolean): RecordDescription {
  const { data, key, subject, stream, sequence, time } = row;
  const named = nameIn(data);
  const at = Date.parse(time);
  return {
    name: (named ?? (isLatest ? key : `${subject} ${sequence}`)).slice(0, MAX_NAME),
    ...(isLatest ? { updatedAt: at } : { createdAt: at }),
    breadcrumbs: [
      { id: stream, name: stream, type: 'stream' },
      { id: `${stream}:${subject}`, name: subject, type: 'subject' },
    ],
  };
}
