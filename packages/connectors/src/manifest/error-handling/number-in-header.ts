import type { RE2JS } from 're2js';

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * The number that a header holds: where `regex` matches from its begin, else as a whole. `undefined` when there is none (CDK
 * `header_helper`).
 */
export function numberInHeader(headers: Headers, name: string, regex?: RE2JS): number | undefined {
  const value = headers[name.toLowerCase()];
  if (value === undefined || value.trim() === '') return undefined;
  const matcher = regex?.matcher(value);
  const number = Number(matcher?.lookingAt() ? matcher.group() : value);
  return Number.isNaN(number) ? undefined : number;
}
