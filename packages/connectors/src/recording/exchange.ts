import { z } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';

/** A body: JSON as it is, text as a string, other bytes in base64. */
const Body = z.union([z.object({ base64: z.string() }).strict(), z.object({ json: z.json() }).strict(), z.string()]);

const Exchange = z.object({
  request: z.object({
    method: z.string(),
    url: z.url(),
    /** Absent: whatever was sent. */
    body: Body.optional(),
  }),
  response: z.object({
    status: z.int(),
    headers: z.record(z.string(), z.string()).default({}),
    body: Body.optional(),
  }),
});

/** One question to a source and its answer, written down. */
export type Exchange = z.output<typeof Exchange>;
export type RecordedBody = z.output<typeof Body>;

/** Throws `ConnectorError('configuration')` that names the place in the file. */
export function parseExchanges(given: unknown): readonly Exchange[] {
  const parsed = z.array(Exchange).safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConnectorError('configuration', `The recorded answers: ${issue?.path.join('.')}: ${issue?.message}`);
}

export function bodyBytes(body: RecordedBody | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  return 'base64' in body ? Buffer.from(body.base64, 'base64') : Buffer.from(JSON.stringify(body.json), 'utf8');
}

/** JSON and text stay readable. */
export function bodyOf(bytes: Buffer): RecordedBody | undefined {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return { base64: bytes.toString('base64') };
  try {
    return { json: z.json().parse(JSON.parse(text)) };
  } catch {
    return text;
  }
}
