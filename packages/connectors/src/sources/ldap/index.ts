import { none } from '../../kit/auth.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { LdapFields } from '../../types/ldap/fields.ts';
import { LdapConfig, reachOf } from './config.ts';
import { LdapCursor } from './cursor.ts';
import { describeEntry, EntryRow, entryText } from './entry.ts';
import { lookUp } from './look-up.ts';
import { readEntries } from './read-entries.ts';

/** Entries of an LDAP directory: people, groups, units. */
export const ldap = defineConnector(
  {
    id: 'ldap',
    title: 'LDAP directory',
    description: 'People, groups and other entries of an LDAP directory such as OpenLDAP or Active Directory.',
    labels: ['Directory'],
    auth: [none],
    config: LdapConfig,
    endpoint: Object.keys(LdapFields.shape) as (keyof typeof LdapFields.shape)[],
    limits: { requestsPerMinute: 60_000, concurrency: 1 },
    continuous: { everySeconds: 300 },
    async check(ctx) {
      await lookUp(reachOf(ctx));
      return { account: `${ctx.config.username} at ${ctx.config.serverAddress}` };
    },
  },
  (stream) => ({
    entries: stream({
      title: 'Entries',
      entityType: 'LdapEntryEntity',
      row: EntryRow,
      cursor: LdapCursor,
      primaryKey: ['entry_key'],
      incremental: true,
      key: (row) => row.entry_key,
      text: entryText,
      describe: describeEntry,
      read: readEntries,
    }),
  }),
);
