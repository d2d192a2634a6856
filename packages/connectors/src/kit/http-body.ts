import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ConnectorError } from './connector-error.ts';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

const MOST_ENCODINGS = 3;

/**
 * Codings that change nothing. `aws-chunked` frames an upload to S3 (SigV4, streaming); stores that are not Amazon's keep the
 * word with the object and say it at every download, without the frames.
 */
const PLAIN = new Set(['', 'identity', 'aws-chunked']);

/** One decoder per coding, in the order in which they must be undone (RFC 9110 §8.4: listed as they were applied). */
function decodersFor(encoding: string): readonly Transform[] {
  const names = encoding.split(',').map((name) => name.trim().toLowerCase());
  const applied = names.filter((name) => !PLAIN.has(name));
  if (applied.length > MOST_ENCODINGS)
    throw new ConnectorError('invalid_answer', 'The answer is encoded too many times.');
  return applied.reverse().map((name) => {
    const make = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
    if (!make)
      throw new ConnectorError('invalid_answer', `The answer is encoded as "${name.slice(0, 20)}", which is unknown.`);
    return make();
  });
}

/**
 * A body as it comes, decoded. Ends as soon as more than `maxBytes` arrived, on the wire or after decompression, so that neither
 * an endless answer nor a zip bomb is ever held. Throws `ConnectorError('invalid_answer')` then; stream errors pass through.
 * When it ends, also early, the body is destroyed: a connection is kept only after the last byte.
 */
export async function* streamBody(body: Readable, encoding: string, maxBytes: number): AsyncGenerator<Buffer> {
  const tooLarge = (): ConnectorError =>
    new ConnectorError('invalid_answer', `The answer is larger than ${maxBytes} bytes.`);
  let arrived = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      arrived += chunk.length;
      if (arrived > maxBytes) throw tooLarge();
      yield chunk;
    }
  };
  let size = 0;
  // Without a listener, the error of a body that is destroyed before it was read would end the process.
  body.on('error', () => undefined);
  try {
    const decoders = decodersFor(encoding);
    for await (const chunk of decoded(counted(), decoders)) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    // Nothing at all is an empty answer, whatever encoding it claims.
    if (arrived > 0 || body.errored || error instanceof ConnectorError) throw error;
  } finally {
    body.destroy();
  }
}

function decoded(source: AsyncGenerator<Buffer>, decoders: readonly Transform[]): AsyncIterable<Buffer> {
  const [first, ...rest] = decoders;
  if (!first) return source;
  // Whatever fails, or ends early, ends all of them; the error comes out of the last one.
  return pipeline([Readable.from(source), first, ...rest], () => undefined) as Transform;
}

/** A body of which some was taken; `rest` is absent when that was all. */
export interface BegunBody {
  readonly taken: readonly Buffer[];
  readonly rest?: AsyncGenerator<Buffer>;
}

/** Takes a body to its end, or until there are more than `bytes` of it, with the limits and errors of `streamBody`. */
export async function beginBody(body: Readable, encoding: string, bytes: number, maxBytes: number): Promise<BegunBody> {
  const rest = streamBody(body, encoding, maxBytes);
  const taken: Buffer[] = [];
  for (let size = 0; size <= bytes;) {
    const piece = await rest.next();
    if (piece.done) return { taken };
    taken.push(piece.value);
    size += piece.value.length;
  }
  return { taken, rest };
}

/** Collects a body, with the limits and errors of `streamBody`. */
export async function collectBody(body: Readable, encoding: string, maxBytes: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(streamBody(body, encoding, maxBytes)));
}
