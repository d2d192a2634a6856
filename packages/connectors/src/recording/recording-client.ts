import type { Authorization } from '../kit/authorization.ts';
import type { HttpClient, HttpRequest, HttpStreamedResponse } from '../kit/http-client.ts';
import { firstHop } from '../kit/http-exchange.ts';
import { plainSecrets } from '../kit/redact-text.ts';
import { bodyOf, type Exchange } from './exchange.ts';
import type { Tape } from './tape.ts';

/** Asks through `http`, and writes every question that was answered on the tape. Faults of the network are not written. */
export function recordingClient(http: HttpClient, tape: Tape): HttpClient {
  return {
    async request(request) {
      const answer = await http.request(watched(request, tape));
      tape.add({ request: asked(request), response: { ...headOf(answer), ...bodyPart(answer.bytes()) } });
      return answer;
    },
    async open(request) {
      const answer = await http.open(watched(request, tape));
      return tapped(answer, (bytes) =>
        tape.add({ request: asked(request), response: { ...headOf(answer), ...bodyPart(bytes) } }),
      );
    },
  };
}

function watched(request: HttpRequest, tape: Tape): HttpRequest {
  tape.hideThoseOf(request);
  const { authorization } = request;
  if (!authorization) return request;
  const watching: Authorization = {
    ...(authorization.headerName !== undefined && { headerName: authorization.headerName }),
    async header(asking) {
      const value = await authorization.header(asking);
      tape.hide(plainSecrets([value]));
      return value;
    },
    renew: (refused) => authorization.renew(refused),
  };
  return { ...request, authorization: watching };
}

/** The question as the client sends it first. */
export function asked(request: HttpRequest): Exchange['request'] {
  const { method, url, body } = firstHop(request);
  const written = body === undefined ? undefined : bodyOf(Buffer.from(body));
  return { method, url: url.href, ...(written !== undefined && { body: written }) };
}

const headOf = ({
  status,
  headers,
}: Pick<HttpStreamedResponse, 'status' | 'headers'>): Pick<Exchange['response'], 'status' | 'headers'> => ({
  status,
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])),
  ),
});

function bodyPart(bytes: Buffer): Pick<Exchange['response'], 'body'> {
  const body = bodyOf(bytes);
  return body === undefined ? {} : { body };
}

/** The same answer; what was taken of its body is told when nobody takes more. */
function tapped(answer: HttpStreamedResponse, done: (bytes: Buffer) => void): HttpStreamedResponse {
  if (answer.early) {
    done(answer.early.bytes());
    return answer;
  }
  const pieces: Uint8Array[] = [];
  const body = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of answer.body) {
        pieces.push(piece);
        yield piece;
      }
    } finally {
      done(Buffer.concat(pieces));
    }
  };
  return {
    status: answer.status,
    headers: answer.headers,
    url: answer.url,
    body: body(),
    async whole() {
      const whole = await answer.whole();
      done(whole.bytes());
      return whole;
    },
    cancel() {
      // A body that nobody looked at is nothing that could be played again.
      answer.cancel();
      done(Buffer.concat(pieces));
    },
  };
}
