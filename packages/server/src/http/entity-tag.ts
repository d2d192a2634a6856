import { errors } from '../errors.ts';

/** The ETag of a version: it changes with every change made through the API. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * The version that `If-Match` asks for; undefined without the header and for `*`. A weak tag counts as its strong one,
 * since proxies that compress weaken tags. Throws `invalid_request` for a list, which no caller of ours can hold.
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  const given = ifMatch?.trim() ?? '';
  if (given === '' || given === '*') return undefined;
  const tag = /^(?:W\/)?"([^"]*)"$/.exec(given)?.[1];
  if (tag === undefined) {
    const message = 'Should be one entity tag in double quotes, or *';
    throw errors.invalid_request({ issues: [{ path: ['header', 'if-match'], message, code: 'invalid_format' }] });
  }
  // A tag that we never gave fits no version: the service refuses it as stale.
  return /^\d{1,15}$/.test(tag) ? Number(tag) : -1;
}
