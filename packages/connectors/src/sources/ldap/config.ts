import { z } from 'zod';
import type { ConnectorContext } from '../../kit/context.ts';
import { settledSettings } from '../../kit/settled-settings.ts';
import { LdapFields, ldapConditions } from '../../types/ldap/fields.ts';
import type { LdapReach } from './open-directory.ts';

/** Secrets and pictures: nothing that anyone searches for. */
const NOT_READ = [
  'userPassword',
  'unicodePwd',
  'sambaNTPassword',
  'sambaLMPassword',
  'krbPrincipalKey',
  'jpegPhoto',
  'thumbnailPhoto',
  'userCertificate',
  'userSMIMECertificate',
];

const names = (title: string, description: string) =>
  z.array(z.string().min(1).max(200)).max(500).meta({ title, description });

/** Where the directory is, in the words of the connection type of the same id; and what is read of it. */
export const LdapConfig = z.object({
  ...LdapFields.shape,
  attributes: names('Attributes to read', 'Empty means all that the user may see.').default([]),
  exclude_attributes: names('Attributes to leave out', 'Passwords and pictures, unless told otherwise.').default(
    NOT_READ,
  ),
  page_size: z.int().min(1).max(1_000).default(500).meta({
    title: 'Entries a page',
    description: 'Asked for at a time; servers may allow fewer.',
  }),
});
export type LdapConfig = z.output<typeof LdapConfig>;
export type LdapContext = ConnectorContext<LdapConfig>;

/** What opening a session needs. Throws `ConnectorError('configuration')` when the fields do not go together. */
export function reachOf({ config, connect, signal }: LdapContext): LdapReach {
  const settings = settledSettings(config, ldapConditions);
  return { settings, ca: settings.ca ?? undefined, connect, signal };
}
