import type { Email } from 'postal-mime';
import type { BodyPart } from './body-parts.ts';
import { decodeUtf7 } from './utf-7.ts';

/** A header's parameter that cannot end the header or begin another. */
const token = (value: string): string => value.replace(/[^\w.:+-]/g, '');

/** Parts come without their headers, so the ones that say how they are written are made anew from the MIME tree. */
function headerOf(part: BodyPart, disposition: 'inline' | 'attachment'): string {
  const charset = /^(?:unicode-1-1-)?utf-?7$/i.test(part.charset ?? '') ? 'us-ascii' : (part.charset ?? '');
  const flowed = part.flowed ? `; format=flowed${part.flowed.delSp ? '; delsp=yes' : ''}` : '';
  const type = disposition === 'inline' ? part.type : 'application/octet-stream';
  return [
    `Content-Type: ${type}${charset === '' ? '' : `; charset="${token(charset)}"`}${flowed}`,
    `Content-Transfer-Encoding: ${token(part.encoding)}`,
    `Content-Disposition: ${disposition}`,
    '',
    '',
  ].join('\r\n');
}

async function parse(header: string, body: Buffer): Promise<Email> {
  const { default: PostalMime } = await import('postal-mime');
  return await PostalMime.parse(Buffer.concat([Buffer.from(header, 'latin1'), body]));
}

/** The text of a `text/plain` or `text/html` part as Unicode; HTML stays HTML. */
export async function decodeText(part: BodyPart, bytes: Buffer): Promise<string> {
  const email = await parse(headerOf(part, 'inline'), bytes);
  const text = (part.type === 'text/html' ? email.html : email.text) ?? '';
  return /^(?:unicode-1-1-)?utf-?7$/i.test(part.charset ?? '') ? decodeUtf7(text) : text;
}

/** The bytes of an attached file. */
export async function decodeFile(part: BodyPart, bytes: Buffer): Promise<Buffer> {
  const email = await parse(headerOf(part, 'attachment'), bytes);
  const content = email.attachments[0]?.content;
  if (content === undefined) return Buffer.alloc(0);
  if (typeof content === 'string') return Buffer.from(content, 'utf8');
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** Header fields as the server sends them, decoded (RFC 2047); also a whole attached message. */
export async function decodeMessage(source: Buffer): Promise<Email> {
  return await parse('', source);
}

/** What is counted of a part that the parser gave up on. */
export const brokenPart = (error: unknown): { readonly code: string; readonly message: string } => ({
  code: 'broken',
  message: `The part is damaged: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`,
});
