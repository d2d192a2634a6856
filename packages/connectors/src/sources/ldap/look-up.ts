import type { LdapReach } from './open-directory.ts';
import { openDirectory } from './open-directory.ts';
import { checkFilter, readingFilter, SCOPES } from './search-filter.ts';

/** Binds, and asks for the first entry that filter, scope and base give. Throws `ConnectorError` that says what to change. */
export async function lookUp(reach: LdapReach): Promise<'found' | 'nothing'> {
  const filter = readingFilter(reach.settings);
  await checkFilter(filter);
  const directory = await openDirectory(reach);
  try {
    const scope = SCOPES[reach.settings.searchScope];
    const pages = directory.search(reach.settings.baseDn, { scope, filter, attributes: ['1.1'], pageSize: 1 });
    for await (const entries of pages) return entries.length > 0 ? 'found' : 'nothing';
    return 'nothing';
  } finally {
    await directory.close();
  }
}
