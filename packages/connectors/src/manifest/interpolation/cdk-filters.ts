import { createHash, createHmac } from 'node:crypto';
import { textArgument } from './argument.ts';
import { filter } from './filter.ts';
import type { Filter } from './filter.ts';
import { jsonText } from './json-text.ts';
import { LIMITS } from './limits.ts';
import { findMatches } from './linear-regex.ts';
import { pythonText } from './python-text.ts';
import { regexReplace } from './regex-replace.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';
import { truthy } from './truthy.ts';

/** Names of Python's hashlib, and what Node calls them. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
  ['sha3_224', 'sha3-224'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
  ['sha3_512', 'sha3-512'],
  ['blake2b', 'blake2b512'],
  ['blake2s', 'blake2s256'],
]);

/** Steps of a hash itself. */
const HASH = 20;

/** What is hashed; the slow hashes take some ten nanoseconds a byte. */
function hashed(run: Run, value: unknown): string {
  const text = pythonText(value, run);
  run.spend(HASH);
  run.scan(text.length, 16);
  return text;
}

function hash(run: Run, value: unknown, type: unknown = 'md5', salt: unknown = null): string {
  const name = HASHES.get(textArgument(type));
  if (name === undefined) throw new TemplateFault('value', 'the hash is not known');
  const made = createHash(name).update(hashed(run, value));
  if (truthy(salt, run)) made.update(hashed(run, salt));
  return made.digest('hex');
}

function hmac(run: Run, value: unknown, key: unknown, type: unknown = 'sha256'): string {
  if (type !== 'sha256') throw new TemplateFault('value', 'only the hash "sha256" is allowed here');
  const text = hashed(run, value);
  return createHmac('sha256', hashed(run, key)).update(text).digest('hex');
}

function encode(run: Run, value: unknown): string {
  const text = textArgument(value);
  run.makeText(text.length * 2);
  return Buffer.from(text, 'utf8').toString('base64');
}

function encodeAscii(run: Run, value: unknown): string {
  const text = textArgument(value);
  run.scan(text.length);
  if (/\P{ASCII}/u.test(text)) throw new TemplateFault('value', 'the text is not ASCII');
  return encode(run, text);
}

function decode(run: Run, value: unknown): string {
  const given = textArgument(value);
  run.scan(given.length, LIMITS.hardTextPerStep);
  const text = given.replaceAll(/[^A-Za-z0-9+/=]/g, '');
  const data = text.replace(/=+$/, '');
  if (data.length % 4 === 1 || text.length % 4 !== 0) throw new TemplateFault('value', 'the text is not base64');
  const bytes = Buffer.from(data, 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TemplateFault('value', 'the decoded base64 is no text');
  }
}

/** A value as JSON in triple quotes, so that the text of the template is read as a text again. */
function string(run: Run, value: unknown): string {
  if (typeof value === 'string') return value;
  const text = jsonText(defined(value), run);
  run.makeText(text.length);
  return `"""${text}"""`;
}

function regexSearch(run: Run, value: unknown, pattern: unknown): string | null {
  const [match] = findMatches(run, textArgument(pattern), textArgument(value), 1);
  return match && match.groups.length > 1 ? (match.groups[1] ?? null) : '';
}

/** The filters of the manifest language beside Jinja's (Airbyte's low-code reference, "Interpolation filters"). */
export const CDK_FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['hash', filter('hash_type? salt?', hash)],
  ['hmac', filter('key hash_type?', hmac)],
  ['base64encode', filter('', encode)],
  ['base64decode', filter('', decode)],
  // Its name notwithstanding, it encodes.
  ['base64binascii_decode', filter('', encodeAscii)],
  ['string', filter('', string)],
  ['regex_search', filter('regex', regexSearch)],
  [
    'regex_replace',
    filter('regex replacement', (run, value, pattern, replacement) =>
      regexReplace(run, textArgument(value), textArgument(pattern), textArgument(replacement)),
    ),
  ],
]);
