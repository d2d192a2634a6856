import type { Json, JsonObject } from '../../kit/json.ts';
import { htmlWords } from '../../ports/html-words.ts';
import type { Transformation } from '../../manifest/model/records.ts';

/** Headers that become fields of their own. */
const HEADERS: readonly string[] = ['Subject', 'From', 'To', 'Cc', 'Date', 'Message-ID'];

/** Mails are nested some levels at most; deeper ones are made to hurt. */
const DEEPEST = 30;
const MOST_TEXT = 1_000_000;

interface Found {
  readonly plain: string[];
  readonly html: string[];
  readonly attachments: JsonObject[];
}

/**
 * `CustomTransformation` for messages of Gmail (`format=full`): takes headers, text and the names of attachments out of the tree
 * of MIME parts (https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages), and the tree away. The text is that of
 * the plain parts, else the words of the HTML ones.
 */
export const messageFields = (): Transformation => ({
  transform(record) {
    const payload = objectOf(record['payload']);
    for (const name of HEADERS) record[fieldOf(name)] = headerOf(payload, name) ?? null;
    const found: Found = { plain: [], html: [], attachments: [] };
    visit(payload, found, 0);
    const plain = found.plain.join('\n').trim();
    record['text'] = (plain === '' ? found.html.map(htmlWords).join('\n') : plain).slice(0, MOST_TEXT);
    record['attachments'] = found.attachments;
    delete record['payload'];
  },
});

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const fieldOf = (header: string): string => header.toLowerCase().replace('-', '_');

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.map((one: Json) => objectOf(one)) : [];

function headerOf(part: JsonObject, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const header = listOf(part['headers']).find((one) => textOf(one['name']).toLowerCase() === wanted);
  return typeof header?.['value'] === 'string' ? header['value'] : undefined;
}

function visit(part: JsonObject, found: Found, depth: number): void {
  if (depth > DEEPEST) return;
  const type = textOf(part['mimeType']).toLowerCase();
  const filename = part['filename'];
  const body = objectOf(part['body']);
  if (typeof filename === 'string' && filename !== '') {
    found.attachments.push({ filename, mimeType: type, size: body['size'] ?? null });
    return;
  }
  if (type === 'text/plain' || type === 'text/html') {
    const text = decoded(body['data'], headerOf(part, 'Content-Type'));
    (type === 'text/plain' ? found.plain : found.html).push(text.replaceAll(/\r\n?/g, '\n'));
  }
  for (const inner of listOf(part['parts'])) visit(inner, found, depth + 1);
}

/** Base64url in the part's charset; bytes that are no UTF-8 although they should be are read as Latin-1. */
function decoded(data: Json | undefined, contentType: string | undefined): string {
  if (typeof data !== 'string') return '';
  const bytes = Buffer.from(data, 'base64url');
  const charset = /charset="?([\w.:-]+)/i.exec(contentType ?? '')?.[1];
  return asUtf8(bytes) ?? inCharset(bytes, charset) ?? bytes.toString('latin1');
}

function asUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function inCharset(bytes: Buffer, charset: string | undefined): string | undefined {
  try {
    return charset === undefined ? undefined : new TextDecoder(charset).decode(bytes);
  } catch {
    // No such charset.
    return undefined;
  }
}
