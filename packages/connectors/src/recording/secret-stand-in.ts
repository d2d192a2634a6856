import { generateKeyPairSync } from 'node:crypto';
import type { Json, JsonObject } from '../kit/json.ts';
import { RECORDED_SECRET, secretCleaner } from './secret-spellings.ts';

/** Stands for a private key; when it is played again, a key that is made on the spot takes its place, since signing needs one. */
const RECORDED_KEY = 'recorded-private-key';
/** Stands for a number, which a text could not. */
const RECORDED_NUMBER = 1_000_000_007;

/** Members of a secret that is itself JSON (the key file of a service account) which are secret by themselves. */
const INNER_SECRET = /key|secret|token|passw|assertion/i;

/** The secrets and those within: of a key file, its key has to be found alone too. */
export function withInnerSecrets(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => [secret, ...innerSecrets(parsed(secret))]);
}

function innerSecrets(value: Json | undefined, name = ''): readonly string[] {
  if (typeof value === 'string') return INNER_SECRET.test(name) && value.length >= 8 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => innerSecrets(one as Json, Array.isArray(value) ? name : key));
}

/** The configuration with something of the same form in the place of each secret. */
export function withoutSecrets(config: JsonObject, secrets: readonly string[]): JsonObject {
  const whole = new Set(secrets);
  const cleaner = secretCleaner(withInnerSecrets(secrets));
  const leaf = (value: string): string => {
    if (!whole.has(value)) return cleaner.clean(value);
    const inner = parsed(value);
    if (inner)
      return JSON.stringify(mapped(inner, (text) => (isPrivateKey(text) ? RECORDED_KEY : cleaner.clean(text))));
    return isPrivateKey(value) ? RECORDED_KEY : RECORDED_SECRET;
  };
  const number = (value: number): number => (whole.has(String(value)) ? RECORDED_NUMBER : value);
  return mapped(config, leaf, number) as JsonObject;
}

/** The configuration as it is played with. */
export function withFreshKeys(config: JsonObject): JsonObject {
  let made: string | undefined;
  const key = (): string =>
    (made ??= generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey);
  return mapped(config, (text) => {
    if (text === RECORDED_KEY) return key();
    return text.includes(`"${RECORDED_KEY}"`)
      ? text.replaceAll(`"${RECORDED_KEY}"`, () => JSON.stringify(key()))
      : text;
  }) as JsonObject;
}

const isPrivateKey = (text: string): boolean => text.includes('PRIVATE KEY-----');

function parsed(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

function mapped(value: Json, text: (leaf: string) => string, number = (leaf: number): number => leaf): Json {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return value.map((one: Json) => mapped(one, text, number));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapped(one ?? null, text, number)]));
}
