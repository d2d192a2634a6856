import { ConnectorError } from '../../kit/connector-error.ts';
import type { LdapSettings } from '../../types/ldap/fields.ts';

export const SCOPES = { SUBTREE: 'sub', ONE_LEVEL: 'one', OBJECT: 'base' } as const;

/** The filter of the settings, `{0}` standing for anything; all entries when there is none. */
export function readingFilter({ customFilter }: LdapSettings): string {
  return customFilter === null ? '(objectClass=*)' : customFilter.trim().replaceAll('{0}', '*');
}

/** Throws `ConnectorError('configuration')` when the filter cannot be read (RFC 4515). */
export async function checkFilter(filter: string): Promise<void> {
  const { FilterParser } = await import('ldapts');
  try {
    // The library closes what is left open; parentheses in values are escaped, so these are all there are.
    if (filter.split('(').length !== filter.split(')').length) throw new Error('a parenthesis is left over');
    FilterParser.parseString(filter);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : 'unknown reason';
    throw new ConnectorError('configuration', `customFilter cannot be read: ${said}. Check its parentheses.`, {
      cause,
    });
  }
}
