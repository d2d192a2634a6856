import { Secret } from './secret.ts';

const MARK = '[secret]';

/** What looks like a credential inside free text: `"token": "…"`, `password=…`, `Bearer …`. */
const WORDS = '(?:token|secret|password|passwd|api[_-]?key|authorization|signature|session|cookie)';
const SUSPICIOUS = [
  /(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}/gi,
  new RegExp(`(${WORDS}\\w*"\\s*:\\s*")(?:[^"\\\\]|\\\\.)+`, 'gi'),
  new RegExp(`(${WORDS}\\w*["']?\\s*[:=]\\s*["']?)[^\\s"'&,;}]+`, 'gi'),
];

/** A URL for people and logs: no user info, no fragment, query names without their values. */
export function redactUrl(url: URL, secrets: readonly string[] = []): string {
  const names = [...new Set(url.searchParams.keys())].map((name) => `${encodeURIComponent(name)}=…`);
  const query = names.length > 0 ? `?${names.join('&')}` : '';
  return withoutSecrets(`${url.origin}${url.pathname}${query}`, secrets);
}

/** Removes the given secrets (also as they look inside a URL) and whatever looks like one. */
export function redactText(text: string, secrets: readonly string[] = []): string {
  return SUSPICIOUS.reduce((rest, pattern) => rest.replace(pattern, `$1${MARK}`), withoutSecrets(text, secrets));
}

/** The first words of an answer on one line, safe to show in an error. */
export function snippet(text: string, secrets: readonly string[] = []): string {
  const line = redactText(text.slice(0, 2_000), secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

/** The plain values of the secrets among some headers or query values, each also without its scheme word (`Bearer x`, `x`). */
export function plainSecrets(values: readonly unknown[]): readonly string[] {
  return values
    .filter((value) => value instanceof Secret)
    .flatMap((value) => [value.reveal(), value.reveal().replace(/^\S+\s+/, '')])
    .filter((value) => value.length >= 4);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((rest, secret) => rest.replaceAll(secret, MARK), text);
}
