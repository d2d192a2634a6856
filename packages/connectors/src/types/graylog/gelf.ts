import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { Notice } from '../../kit/notice.ts';
import { LEVELS } from './fields.ts';
import type { Settings } from './fields.ts';

const LEAST_SEVERE: Readonly<Record<Notice['severity'], number>> = { error: 3, warning: 4, info: 7 };

/** Names of GELF 1.1 fields; `_id` is the server's own. */
const fieldName = (name: string): string => `_${name.replace(/[^\w.-]/g, '_')}`;
const fieldValue = (value: Json | undefined): string | number =>
  typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value ?? null);

/** A notice as a message of GELF 1.1. */
export function gelfMessage(notice: Notice, settings: Settings): Buffer {
  const { id, kind, severity, title, text, at, facts } = notice;
  const named = Object.entries(facts);
  const lines = settings.appendToMessage ? named.map(([name, value]) => `${name}: ${JSON.stringify(value)}`) : [];
  const fields = settings.appendToAttributes ? named : [];
  const message = {
    version: '1.1',
    host: hostname(),
    short_message: title,
    full_message: [title, text, ...lines].join('\n'),
    timestamp: at / 1_000,
    level: Math.min(LEVELS.indexOf(settings.gelfMessageLevel), LEAST_SEVERE[severity]),
    ...Object.fromEntries(
      fields.filter(([name]) => fieldName(name) !== '_id').map(([name, value]) => [fieldName(name), fieldValue(value)]),
    ),
    _kind: kind,
    _notice: id,
    _application: 'tributary',
  };
  return Buffer.from(JSON.stringify(message), 'utf8');
}

/** As it goes over TCP: a zero byte ends it. JSON writes that character in another way, so it stands nowhere else. */
export const terminated = (message: Buffer): Buffer => Buffer.concat([message, Buffer.from([0])]);

const MAGIC = Buffer.from([0x1e, 0x0f]);
const HEADER_BYTES = 12;
const MOST_CHUNKS = 128;
/** A packet of this size passes networks whole; the second is the largest that servers take. */
const PACKET_BYTES = [1_420, 8_192] as const;

const compressors = { GZIP: promisify(gzip), ZLIB: promisify(deflate), NONE: undefined } as const;

/** The packets of a message: it, or its chunks, each with the message's id, its place and their number. */
function chunksOf(message: Buffer): readonly Buffer[] {
  const size = PACKET_BYTES.find((bytes) => message.length <= (bytes - HEADER_BYTES) * MOST_CHUNKS);
  if (size === undefined) {
    const words = 'The message is too large for UDP. Set compressionType to GZIP, or transportType to TCP.';
    throw new ConnectorError('configuration', words);
  }
  if (message.length <= size) return [message];
  const step = size - HEADER_BYTES;
  const id = randomBytes(8);
  const count = Math.ceil(message.length / step);
  return Array.from({ length: count }, (_, at) =>
    Buffer.concat([MAGIC, id, Buffer.from([at, count]), message.subarray(at * step, (at + 1) * step)]),
  );
}

/** As it goes by UDP: compressed when that is asked for, and in chunks when it is long. Throws `ConnectorError`. */
export async function packetsOf(message: Buffer, { compressionType }: Settings): Promise<readonly Buffer[]> {
  const compress = compressors[compressionType];
  return chunksOf(compress ? await compress(message) : message);
}
