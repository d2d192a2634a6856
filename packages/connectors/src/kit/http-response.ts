import { ConnectorError } from './connector-error.ts';
import type { HttpResponse } from './http-client.ts';
import type { Json } from './json.ts';
import { snippet } from './redact-text.ts';

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly url: string;
  readonly body: Buffer;
}

/** The body as text in the charset that the answer names; bytes that do not fit it become U+FFFD, a BOM is dropped. */
export const bodyText = (answer: ReceivedAnswer): string => charsetDecoder(answer.headers).decode(answer.body);

/** The decoder of a body's text; what it does not know is read as UTF-8. */
export function charsetDecoder(headers: ReceivedAnswer['headers']): InstanceType<typeof TextDecoder> {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** Wraps a received answer; `shownUrl` and `secrets` keep errors about it clean. */
export function httpResponse(answer: ReceivedAnswer, shownUrl: string, secrets: readonly string[]): HttpResponse {
  return {
    status: answer.status,
    headers: answer.headers,
    url: answer.url,
    bytes: () => answer.body,
    text: () => bodyText(answer),
    json() {
      const text = bodyText(answer);
      try {
        return JSON.parse(text) as Json;
      } catch {
        // The parser's own message quotes the body, which may hold a secret; it is not kept as the cause.
        const begins = text.trim() === '' ? 'it is empty' : `it begins with: ${snippet(text, secrets)}`;
        throw new ConnectorError('invalid_answer', `${shownUrl} did not answer with JSON; ${begins}`);
      }
    },
  };
}
