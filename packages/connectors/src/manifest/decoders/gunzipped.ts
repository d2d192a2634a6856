import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ConnectorError } from '../../kit/connector-error.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';

/**
 * The unpacked bytes of a gzipped body as they come; a body that is not gzipped comes as it is, since sources and proxies
 * unpack at will. Throws `ConnectorError('invalid_answer')` when the archive is damaged or cut off.
 */
export async function* gunzipped(chunks: AsyncIterable<Uint8Array>, origin: BodyOrigin): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  const { head, isDone } = await firstBytes(source);
  if (head.length < 2 || head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* joined(head, source, isDone);
    return;
  }
  const gunzip = createGunzip();
  pipeline(Readable.from(joined(head, source, isDone)), gunzip, () => undefined);
  try {
    for await (const bytes of gunzip as AsyncIterable<Uint8Array>) yield bytes;
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw invalidBody(origin, 'the gzip archive is damaged or cut off');
  }
}

async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<{ head: Uint8Array; isDone: boolean }> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const next = await source.next();
    if (next.done) return { head, isDone: true };
    head = Buffer.concat([head, next.value]);
  }
  return { head, isDone: false };
}

async function* joined(
  head: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  isDone: boolean,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = isDone ? undefined : await source.next(); next && !next.done; next = await source.next()) {
      yield next.value;
    }
  } finally {
    await source.return?.();
  }
}
