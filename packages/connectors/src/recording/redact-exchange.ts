import type { Json } from '../kit/json.ts';
import { bodyBytes, bodyOf, type Exchange, type RecordedBody } from './exchange.ts';
import { RECORDED_SECRET, type SecretCleaner, secretCleaner } from './secret-spellings.ts';

/** Names of members and parameters whose text is a secret, whatever it is. */
const SECRET_NAME =
  /^(?:.*[_-])?(?:access_?token|refresh_?token|id_?token|session_?token|auth_?token|api_?key|client_?secret|private_?key|password|secret|(?:client_?)?assertion|signature|hmac)$/i;
/** Headers of answers that tell what the interpreter looks at; others may hold anything. */
const KEPT_HEADERS =
  /^(?:content-type|link|retry-after|etag|last-modified|(?:x-)?rate-?limit.*|x-.*(?:page|next|total|cursor).*)$/i;
/** Members of JSON that is kept as text, with what stands before their value. */
const MEMBER = /("([\w-]+)"\s*:\s*")((?:[^"\\]|\\.)*)/g;
const FORM = /^[\w.~%+*[\]-]+=[^\s{}<>]*$/;

/** An exchange without the given secrets, without credentials of any kind, and without headers that nothing needs. */
export function redactExchange({ request, response }: Exchange, secrets: readonly string[] | SecretCleaner): Exchange {
  const cleaner = 'clean' in secrets ? secrets : secretCleaner(secrets);
  const headers = Object.entries(response.headers)
    .filter(([name]) => KEPT_HEADERS.test(name))
    .map(([name, value]) => [name, name === 'link' ? cleanLinks(value, cleaner) : cleaner.clean(value)] as const);
  return {
    request: redactRequest(request, cleaner),
    response: {
      status: response.status,
      headers: Object.fromEntries(headers),
      ...(response.body !== undefined && { body: cleanBody(response.body, cleaner) }),
    },
  };
}

/** A request as it is written down; one that is to meet a recorded one is spelled like this first. */
export function redactRequest({ method, url, body }: Exchange['request'], cleaner: SecretCleaner): Exchange['request'] {
  return { method, url: cleanUrl(url, cleaner), ...(body !== undefined && { body: cleanBody(body, cleaner) }) };
}

function cleanUrl(text: string, cleaner: SecretCleaner): string {
  const url = new URL(text);
  url.search = cleanFields(url.searchParams, cleaner);
  url.pathname = url.pathname
    .split('/')
    .map((part) => cleanPart(part, cleaner))
    .join('/');
  return cleaner.clean(url.href);
}

function cleanFields(fields: URLSearchParams, cleaner: SecretCleaner): string {
  const cleaned = [...fields].map(([name, value]): [string, string] => [
    cleaner.clean(name),
    SECRET_NAME.test(name) ? RECORDED_SECRET : cleaner.clean(value),
  ]);
  return new URLSearchParams(cleaned).toString();
}

/** Only what holds a secret is spelled anew. */
function cleanPart(part: string, cleaner: SecretCleaner): string {
  let plain: string;
  try {
    plain = decodeURIComponent(part);
  } catch {
    return part;
  }
  const cleaned = cleaner.clean(plain);
  return cleaned === plain ? part : encodeURIComponent(cleaned);
}

/** `Link` headers and URLs in records go on being URLs that are asked, so they are spelled as those. */
const cleanLinks = (value: string, cleaner: SecretCleaner): string =>
  cleaner
    .clean(value)
    .replace(/<([^>]+)>/g, (all, link: string) => (URL.canParse(link) ? `<${cleanText(link, cleaner)}>` : all));

function cleanBody(body: RecordedBody, cleaner: SecretCleaner): RecordedBody {
  if (typeof body === 'string') return cleanPlain(body, cleaner);
  if ('json' in body) return { json: cleanJson(body.json as Json, cleaner) as never };
  return bodyOf(Buffer.from(cleaner.clean(bodyBytes(body).toString('latin1')), 'latin1')) ?? '';
}

/** A form, or any other text. */
function cleanPlain(text: string, cleaner: SecretCleaner): string {
  if (FORM.test(text)) return cleaner.clean(cleanFields(new URLSearchParams(text), cleaner));
  return cleaner
    .clean(text)
    .replace(MEMBER, (all, before: string, name: string) =>
      SECRET_NAME.test(name) ? `${before}${RECORDED_SECRET}` : all,
    );
}

function cleanJson(value: Json, cleaner: SecretCleaner, name = ''): Json {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? RECORDED_SECRET : cleanText(value, cleaner);
  if (typeof value === 'number') return cleaner.clean(String(value)) === String(value) ? value : RECORDED_SECRET;
  if (Array.isArray(value)) return value.map((item: Json) => cleanJson(item, cleaner, name));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cleaner.clean(key), cleanJson(item ?? null, cleaner, key)]),
  );
}

/** A text of an answer; of an address that holds credentials, these go. */
function cleanText(text: string, cleaner: SecretCleaner): string {
  const cleaned = cleaner.clean(text);
  if (!/^https?:\/\/\S+\?/.test(cleaned) || !URL.canParse(cleaned)) return cleaned;
  const names = [...new URL(cleaned).searchParams.keys()];
  return names.some((one) => SECRET_NAME.test(one)) ? cleanUrl(cleaned, cleaner) : cleaned;
}
