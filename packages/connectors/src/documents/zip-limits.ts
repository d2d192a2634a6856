import { inflateRawSync } from 'node:zlib';
import { Unreadable } from './unreadable.ts';

/** DOCX and XLSX are zips; the parsers unpack them whole, so what comes out must be known before. */
export const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;
const MOST_ENTRIES = 5_000;

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MOST_COMMENT_BYTES = 65_535;
const STORED = 0;
const DEFLATED = 8;

const broken = (): Unreadable => new Unreadable('broken', 'The file is not a valid zip archive.');
const bomb = (): Unreadable =>
  new Unreadable('too_large', `The file unpacks to more than ${MOST_UNPACKED_BYTES / 1024 / 1024} MB.`);

function findEnd(bytes: Buffer): number {
  const lowest = Math.max(0, bytes.length - END_BYTES - MOST_COMMENT_BYTES);
  for (let at = bytes.length - END_BYTES; at >= lowest; at -= 1) {
    if (bytes.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  throw broken();
}

/** Size of one entry, measured by unpacking it: the size that the directory claims is the attacker's word. */
function unpackedSize(bytes: Buffer, at: number, budget: number): number {
  const method = bytes.readUInt16LE(at + 10);
  const packed = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42);
  if (bytes.readUInt32LE(local) !== LOCAL_SIGNATURE) throw broken();
  const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (start + packed > bytes.length) throw broken();
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw broken();
  try {
    return inflateRawSync(bytes.subarray(start, start + packed), { maxOutputLength: Math.max(1, budget) }).length;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') throw bomb();
    throw new Unreadable('broken', 'The file is a damaged zip archive.', cause);
  }
}

/**
 * Refuses zip bombs before a parser sees them: first by the sizes that the central directory claims (APPNOTE.TXT 4.3.12),
 * then by unpacking every entry against what is left of the allowance. Zip64 is refused: no file this small needs it.
 * Throws `Unreadable`: `too_large` or `broken`.
 */
export function checkZip(bytes: Buffer): void {
  if (bytes.length < END_BYTES) throw broken();
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_ENTRIES) throw bomb();
  let at = bytes.readUInt32LE(end + 16);
  const entries: number[] = [];
  let claimed = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) throw broken();
    claimed += bytes.readUInt32LE(at + 24);
    entries.push(at);
    at += ENTRY_BYTES + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  if (claimed > MOST_UNPACKED_BYTES) throw bomb();
  let budget = MOST_UNPACKED_BYTES;
  for (const entry of entries) {
    budget -= unpackedSize(bytes, entry, budget);
    if (budget < 0) throw bomb();
  }
}
