import { Readable } from 'node:stream';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { HttpClient } from '../../kit/http-client.ts';
import { Secret } from '../../kit/secret.ts';

/** A request as the SDK signs it. */
interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

interface Answer {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Readable;
  };
}

/** Statuses with which S3 says something about the request; what concerns its load or its health is the kit's to judge. */
const SAID_BY_S3 = [301, 304, 307, 308, 400, 403, 404, 405, 409, 412, 416];
/** Set by whoever opens the connection; neither is signed with another value. */
const NOT_OURS = new Set(['host', 'content-length', 'user-agent']);
const SECRET_HEADERS = new Set(['authorization', 'x-amz-security-token']);

function addressOf({ protocol, hostname, port, path, query }: SignedRequest): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (typeof value === 'object' ? (value ?? ['']) : [value]).map((one) => [name, one].map(encodeURIComponent).join('=')),
  );
  const address = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
  // URLs know no key `a/../b`: it would be another object's.
  if (new URL(address).pathname !== path)
    throw new ConnectorError('configuration', 'its key has a part “.” or “..”, which no URL can hold; rename it.');
  return pairs.length === 0 ? address : `${address}?${pairs.join('&')}`;
}

/** Sends the SDK's requests through the guarded client, at most `maxBytes` an answer; only reading is offered. */
export function requestHandler(
  http: HttpClient,
  maxBytes: number,
): { handle(request: SignedRequest): Promise<Answer> } {
  return {
    async handle(request) {
      if (request.method !== 'GET') throw new Error(`a ${request.method} was not asked for`);
      const headers = Object.entries(request.headers)
        .filter(([name]) => !NOT_OURS.has(name.toLowerCase()))
        .map(([name, value]) => [name, SECRET_HEADERS.has(name.toLowerCase()) ? new Secret(value) : value] as const);
      const answer = await http.request({
        url: addressOf(request),
        headers: Object.fromEntries(headers),
        accept: SAID_BY_S3,
        // The signature names the host.
        redirects: 'answer',
        maxBytes,
      });
      const received = Object.entries(answer.headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(received),
          body: Readable.from([answer.bytes()]),
        },
      };
    },
  };
}
