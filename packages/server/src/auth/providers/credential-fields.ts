import { Secret } from '@tributary/connectors/kit/secret';

/** Vendors nest one level or two, as Slack's `authed_user.access_token`; deeper things are no credentials. */
const DEEPEST = 3;

/** Text and numbers of an object by their dotted names; lists, flags and nulls are no credentials. */
export function credentialFields(given: unknown): Record<string, Secret> {
  const found: Record<string, Secret> = {};
  collect(given, '', 1, found);
  return found;
}

function collect(given: unknown, prefix: string, depth: number, found: Record<string, Secret>): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return;
  for (const [name, value] of Object.entries(given)) {
    if (name === '__proto__') continue;
    if (typeof value === 'string' && value !== '') found[`${prefix}${name}`] = new Secret(value);
    else if (typeof value === 'number') found[`${prefix}${name}`] = new Secret(String(value));
    else if (depth < DEEPEST) collect(value, `${prefix}${name}.`, depth + 1, found);
  }
}

/** A time as vendors write it: ISO 8601, or seconds or milliseconds since the epoch. Gives milliseconds. */
export function timeOf(given: unknown): number | undefined {
  if (typeof given === 'string' && /^\d{4}-/.test(given)) return Date.parse(given) || undefined;
  const number = typeof given === 'string' && given !== '' ? Number(given) : given;
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) return undefined;
  // Seconds reach this number in the year 5138, milliseconds did in 1973.
  return number < 100_000_000_000 ? number * 1000 : number;
}

/** The earliest of the times that are known. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
