import { collectBody, streamBody } from './http-body.ts';
import type { HttpRequest, HttpStreamedResponse } from './http-client.ts';
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

const STREAM_MAX_BYTES = 16 * 1024 ** 3;
const WHOLE_MAX_BYTES = 50 * 1024 * 1024;

/** Wraps an answer whose body is still to come; faults on the way are those of a request, without its retries. */
export function streamedResponse(
  answer: OpenAnswer,
  { request, spoken, signal, release }: StreamedResponseOptions,
): HttpStreamedResponse {
  const { status, headers, url, body, encoding } = answer;
  const maxBytes = request.maxBytes ?? STREAM_MAX_BYTES;

  const fault = (error: unknown): unknown => {
    if (signal.aborted) return signal.reason;
    return judgeFault(error, request, spoken).error;
  };
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* streamBody(body, encoding, maxBytes);
    } catch (error) {
      throw fault(error);
    } finally {
      release();
    }
  };
  return {
    status,
    headers,
    url,
    body: pieces(),
    async whole() {
      try {
        const bytes = await collectBody(body, encoding, Math.min(maxBytes, WHOLE_MAX_BYTES));
        const shown = redactUrl(new URL(url), spoken.secrets);
        return httpResponse({ status, headers, url, body: bytes }, shown, spoken.secrets);
      } catch (error) {
        throw fault(error);
      } finally {
        release();
      }
    },
    cancel() {
      // Without a listener, the error of a destroyed body would end the process.
      body.on('error', () => undefined).destroy();
      release();
    },
  };
}
