import type { Json } from '../kit/json.ts';

/** Bytes of a binary payload that are kept. */
const MOST_BINARY = 65_536;

export interface Payload {
  readonly data?: Json;
  readonly text?: string;
  readonly base64?: string;
}

/** JSON as what it says, other UTF-8 as text, small binary as Base64; nothing of an empty one. */
export function payloadOf(bytes: Uint8Array): Payload {
  if (bytes.length === 0) return {};
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = utf8(buffer);
  if (text === undefined) return buffer.length > MOST_BINARY ? {} : { base64: buffer.toString('base64') };
  const data = json(text);
  return data === undefined ? { text } : { data };
}

function utf8(buffer: Buffer): string | undefined {
  if (buffer.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer);
  } catch {
    return undefined;
  }
}

function json(text: string): Json | undefined {
  if (!/^\s*[[{"\d\-tfn]/.test(text)) return undefined;
  try {
    return (/\d{16}/.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)) as Json;
  } catch {
    return undefined;
  }
}

/** Integers that a double does not hold exactly stay as they were written, as text. */
function exactly(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const { source } = context ?? {};
  const isInexact = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '');
  return isInexact ? source : value;
}
