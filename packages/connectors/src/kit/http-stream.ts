import { Readable } from 'node:stream';
import { beginBody, streamBody } from './http-body.ts';
import type { BegunBody } from './http-body.ts';
import { ConnectorError } from './connector-error.ts';
import type { HttpRequest, HttpResponse, HttpStreamedResponse } from './http-client.ts';
import type { OpenAnswer } from './http-exchange.ts';
import { httpResponse } from './http-response.ts';
import { judgeFault } from './http-verdict.ts';
import type { Spoken } from './http-verdict.ts';
import { redactUrl } from './redact-text.ts';

export interface StreamedResponseOptions {
  readonly request: HttpRequest;
  readonly spoken: Spoken;
  /** Ends the body. */
  readonly signal: AbortSignal;
  /** Called when the body has ended, was cancelled or broke off. */
  readonly release: () => void;
}

/** An answer with the part of its body that was taken with the head. */
export type BegunAnswer = OpenAnswer & { readonly begun: BegunBody };

const STREAM_MAX_BYTES = 16 * 1024 ** 3;
const WHOLE_MAX_BYTES = 50 * 1024 * 1024;

/** Takes what a request wants of the body together with the head. */
export async function begin(answer: OpenAnswer, request: HttpRequest): Promise<BegunAnswer> {
  const { maxBytes = STREAM_MAX_BYTES, earlyBytes } = request;
  const begun =
    earlyBytes === undefined
      ? { taken: [], rest: streamBody(answer.body, answer.encoding, maxBytes) }
      : await beginBody(answer.body, answer.encoding, earlyBytes, maxBytes);
  return { ...answer, begun };
}

/** Wraps an answer whose body is still to come; faults on the way are those of a request, without its retries. */
export function streamedResponse(answer: BegunAnswer, options: StreamedResponseOptions): HttpStreamedResponse {
  const { status, headers, url, begun } = answer;
  const { secrets } = options.spoken;
  const wholeOf = (parts: readonly Buffer[]): HttpResponse =>
    httpResponse({ status, headers, url, body: Buffer.concat(parts) }, redactUrl(new URL(url), secrets), secrets);
  if (!begun.rest) {
    options.release();
    return { status, headers, url, ...earlyBody(wholeOf(begun.taken)) };
  }
  const body = pieces([...begun.taken], begun.rest, options);
  return {
    status,
    headers,
    url,
    body,
    whole: async () => wholeOf(await allOf(body, WHOLE_MAX_BYTES)),
    cancel() {
      // Without a listener, the error of a destroyed body would end the process.
      answer.body.on('error', () => undefined).destroy();
      options.release();
    },
  };
}

type Body = Pick<HttpStreamedResponse, 'body' | 'early' | 'whole' | 'cancel'>;

const earlyBody = (early: HttpResponse): Body => ({
  early,
  body: Readable.from([early.bytes()]),
  whole: () => Promise.resolve(early),
  cancel: () => undefined,
});

async function* pieces(
  taken: Buffer[],
  rest: AsyncGenerator<Buffer>,
  { request, spoken, signal, release }: StreamedResponseOptions,
): AsyncGenerator<Buffer> {
  try {
    // Each is let go of before the next one is asked for.
    for (let piece = taken.shift(); piece; piece = taken.shift()) yield piece;
    yield* rest;
  } catch (error) {
    throw signal.aborted ? signal.reason : judgeFault(error, request, spoken).error;
  } finally {
    // Whoever ends among the first pieces has not come to the rest, which ends the body.
    await rest.return(undefined);
    release();
  }
}

async function allOf(pieces: AsyncIterable<Buffer>, maxBytes: number): Promise<readonly Buffer[]> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > maxBytes) throw new ConnectorError('invalid_answer', `The answer is larger than ${maxBytes} bytes.`);
    parts.push(piece);
  }
  return parts;
}
