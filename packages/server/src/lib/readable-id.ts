import { randomInt } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Six random characters of `[a-z0-9]` from the system's secure source. */
function suffix(): string {
  return Array.from({ length: 6 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/**
 * A readable id from a name, as the published API makes it: lower case, everything but letters, digits and
 * white space dropped, white space to `-`, six random characters behind. `A-B Test` gives `ab-test-x7k9m2`.
 */
export function readableIdFrom(name: string): string {
  const slug = name
    .toLowerCase()
    .trim()
    .replaceAll(/[^a-z0-9\s]/g, '')
    .replaceAll(/\s+/g, '-')
    .replaceAll(/-+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return slug === '' ? suffix() : `${slug}-${suffix()}`;
}
