import { defineConnectionType } from '../../kit/connection-type.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import { advised } from '../../kit/far-end-error.ts';
import { lookUp } from '../../sources/ldap/look-up.ts';
import { LdapFields, ldapConditions } from './fields.ts';
import type { LdapSettings } from './fields.ts';

const CHECK = 'Check serverAddress and useSsl.';

/** The authority that the server is checked with: given itself, or a certificate of the project. */
async function authority({ settings, keyMaterial }: TypeContext<LdapSettings>): Promise<string | undefined> {
  const name = settings.certificateName ?? settings.certificateId;
  if (name === null) return settings.ca ?? undefined;
  return (await keyMaterial(name)).certificates;
}

async function test(ctx: TypeContext<LdapSettings>): Promise<{ readonly message: string }> {
  const { settings } = ctx;
  const found = await advised(lookUp({ ...ctx, ca: await authority(ctx) }), CHECK);
  const what = found === 'found' ? 'the filter finds entries' : 'the filter finds no entry';
  return { message: `Bound as ${settings.username}; below ${settings.baseDn} ${what}.` };
}

/** An LDAP directory; read by the source of the same id. */
export const ldap = defineConnectionType({
  id: 'ldap',
  title: 'LDAP directory',
  description: 'An LDAP directory such as OpenLDAP or Active Directory.',
  fields: LdapFields,
  conditions: ldapConditions,
  keyMaterialFields: ['certificateName'],
  notifies: false,
  test,
  async open(ctx) {
    // Servers end sessions that say nothing, so none is kept: each use binds. The certificate must be there.
    await authority(ctx);
    return { close: () => Promise.resolve() };
  },
});
