import { isIP } from 'node:net';
import { z } from 'zod';

/** A whole number in its bounds. */
export function integer(minimum: number, maximum: number) {
  const wanted = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, wanted)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, wanted);
}

/** On or off. */
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

/** Parts without the space around them; empty ones are left out. */
export const list = (separator: string) =>
  z.string().transform((text) =>
    text
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** Networks of addresses, or all of them. */
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

/** Without a slash at its end. */
export const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be a URL that begins with http:// or https://',
  )
  .transform((text) => text.replace(/\/+$/, ''));

/** 32 bytes in base64. */
export const vaultKey = (text: string) => /^[A-Za-z\d+/]{43}=$/.test(text.trim());

/** An origin as browsers send it. */
export const origin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** An address that browsers may be sent to. */
export function isRedirectTarget(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' && !text.includes('*');
}
