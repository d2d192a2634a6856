import { isIP } from 'node:net';
import { z } from 'zod';

/** One environment variable: where it comes from, what it may be, and what it means. */
export interface Setting<T = unknown> {
  readonly env: string;
  /** Reads the text of the variable. */
  readonly type: z.ZodType<T, string>;
  /** As it would be written in the environment; absent when there is none. */
  readonly default?: string;
  /** One sentence for the operator, Markdown allowed. */
  readonly help: string;
}

export function setting<T>(row: Setting<T> & { readonly default: string }): Setting<T> {
  return row;
}

export function optional<T>(row: Setting<T>): Setting<T | undefined> {
  return row;
}

export function integer(minimum: number, maximum: number) {
  const wanted = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, wanted)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, wanted);
}

export const flag = z
  .string()
  .toLowerCase()
  .refine(
    (text) => ['1', 'true', 'on', 'yes', '0', 'false', 'off', 'no'].includes(text),
    'must be on or off (also 1/0, true/false, yes/no)',
  )
  .transform((text) => ['1', 'true', 'on', 'yes'].includes(text));

/** True for an address with an optional prefix length: `10.0.0.0/8`, `fd00::/8`, `192.168.1.7`. */
function isCidr(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

export const list = (separator: string) =>
  z.string().transform((text) =>
    text
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

export const networks = z
  .string()
  .transform((text): 'all' | readonly string[] =>
    text === '1'
      ? 'all'
      : text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
  )
  .refine(
    (value) => value === 'all' || value.every(isCidr),
    'must be 1 (every private address) or networks like 10.0.0.0/8,fd00::/8',
  );

export const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be a URL that begins with http:// or https://',
  )
  .transform((text) => text.replace(/\/+$/, ''));

export const vaultKey = (text: string) => /^[A-Za-z\d+/]{43}=$/.test(text.trim());

export const origin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

export function isRedirectTarget(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' && !text.includes('*');
}
