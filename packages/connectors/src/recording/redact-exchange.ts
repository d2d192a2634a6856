import type { Json } from '../kit/json.ts';
import { bodyBytes, bodyOf, type Exchange, type RecordedBody } from './exchange.ts';

/** What stands for every secret in what is written down, and in the configuration that it is played again with. */
export const RECORDED_SECRET = 'recorded-secret';

/** Names of members and parameters whose text is a secret, whatever it is. */
const SECRET_NAME =
  /^(?:.*_)?(?:access_?token|refresh_?token|id_?token|session_?token|api_?key|client_?secret|password|secret)$/i;
/** Headers of answers that tell what the interpreter looks at; others may hold anything. */
const KEPT_HEADERS =
  /^(?:content-type|link|retry-after|etag|last-modified|(?:x-)?rate-?limit.*|x-.*(?:page|next|total|cursor).*)$/i;

/** An exchange without the given secrets, without credentials of any kind, and without headers that nothing needs. */
export function redactExchange({ request, response }: Exchange, secrets: readonly string[]): Exchange {
  const clean = (text: string): string => withoutSecrets(text, secrets);
  const headers = Object.entries(response.headers)
    .filter(([name]) => KEPT_HEADERS.test(name))
    .map(([name, value]) => [name, clean(value)] as const);
  return {
    request: {
      method: request.method,
      url: cleanUrl(request.url, clean),
      ...(request.body !== undefined && { body: cleanBody(request.body, clean) }),
    },
    response: {
      status: response.status,
      headers: Object.fromEntries(headers),
      ...(response.body !== undefined && { body: cleanBody(response.body, clean) }),
    },
  };
}

function cleanUrl(text: string, clean: (text: string) => string): string {
  const url = new URL(clean(text));
  for (const name of url.searchParams.keys()) if (SECRET_NAME.test(name)) url.searchParams.set(name, RECORDED_SECRET);
  return url.href;
}

function cleanBody(body: RecordedBody, clean: (text: string) => string): RecordedBody {
  if (typeof body === 'object' && 'base64' in body)
    return bodyOf(Buffer.from(clean(bodyBytes(body).toString('latin1')), 'latin1')) ?? '';
  const cleaned = bodyOf(Buffer.from(clean(bodyBytes(body).toString('utf8')), 'utf8')) ?? '';
  return typeof cleaned === 'object' && 'json' in cleaned
    ? { json: cleanJson(cleaned.json as Json) as never }
    : cleaned;
}

function cleanJson(value: Json, name = ''): Json {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? RECORDED_SECRET : value;
  if (Array.isArray(value)) return value.map((item: Json) => cleanJson(item, name));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanJson(item ?? null, key)]));
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret, 'utf8').toString('base64'),
    ]);
  return spellings
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, RECORDED_SECRET), text);
}
