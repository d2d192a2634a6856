import { ConnectorError } from '../../kit/connector-error.ts';
import { parseExactJson } from '../../kit/exact-json.ts';
import type { HttpResponse } from '../../kit/http-client.ts';
import type { Json } from '../../kit/json.ts';
import type { ManifestResponse } from '../model/request.ts';

/** An answer whose body is there as a whole. */
export function wholeResponse(response: HttpResponse): ManifestResponse {
  const bytes = (): Uint8Array => response.bytes();
  return {
    status: response.status,
    headers: response.headers,
    url: response.url,
    text: () => response.text(),
    bytes,
    json: () => exactJson(response),
    // oxlint-disable-next-line typescript/require-await -- the interface is that of a body that comes in pieces
    async *stream() {
      yield bytes();
    },
  };
}

/** As `parseExactJson` has it; what is no JSON is told of as elsewhere. */
function exactJson(response: HttpResponse): Json {
  try {
    return parseExactJson(response.text());
  } catch {
    return response.json();
  }
}

/** An answer whose body comes piece by piece, and may be taken once. */
export function streamedResponse(
  { status, headers, url }: Pick<ManifestResponse, 'status' | 'headers' | 'url'>,
  body: AsyncIterable<Uint8Array>,
): ManifestResponse {
  const whole = (): never => {
    throw new ConnectorError('invalid_answer', 'The body of a streamed answer is not there as a whole.');
  };
  return { status, headers, url, comesInPieces: true, text: whole, bytes: whole, json: whole, stream: () => body };
}
