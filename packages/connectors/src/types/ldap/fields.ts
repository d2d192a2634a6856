import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import { choice, flag, optionalText, requiredSecret, requiredText } from '../../kit/type-fields.ts';

/** Fields and defaults as Apinizer documents the connection type `ldap`; and `ca`, for sources, which know no certificates by name. */
export const LdapFields = z.object({
  serverAddress: requiredText({ title: 'Server', description: 'ldap://host:389 or ldaps://host:636.' }),
  requireCertificateType: choice(['NOT_REQUIRED', 'REQUIRED_CN', 'REQUIRED_AN_PN'], {
    title: 'Check of the certificate',
    description:
      'NOT_REQUIRED checks who signed it only when an authority is given; REQUIRED_CN its common name too, REQUIRED_AN_PN its alternative names.',
    default: 'NOT_REQUIRED',
  }),
  username: requiredText({
    title: 'User',
    description: 'The name to bind as, for example cn=reader,dc=example,dc=com.',
  }),
  password: requiredSecret({ title: 'Password' }),
  customFilter: optionalText({
    title: 'Filter',
    description:
      'For example (&(objectClass=person)(uid={0})); {0} stands for a name, and for any when entries are read.',
  }),
  searchScope: choice(['SUBTREE', 'ONE_LEVEL', 'OBJECT'], { title: 'Scope', default: 'SUBTREE' }),
  baseDn: requiredText({
    title: 'Base',
    description: 'Where the search begins, for example ou=people,dc=example,dc=com.',
  }),
  certificateId: optionalText({
    title: 'Certificate',
    description: 'Stands in for certificateName when that is empty.',
  }),
  certificateName: optionalText({
    title: 'Name of the certificate',
    description: 'A certificate of the project that signed the server’s.',
  }),
  ca: optionalText({ title: 'Certificate authority', description: 'PEM text that the server is checked with.' }),
  useSsl: flag({ title: 'TLS', description: 'With ldap://, StartTLS; ldaps:// is in TLS always.', default: false }),
  selectedEnvironmentId: optionalText({ title: 'Environment' }),
});
export type LdapSettings = z.output<typeof LdapFields>;

const ADDRESS = /^ldaps?:\/\/(?:[^/:\s[\]]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?\/?$/i;

const isAddress = (text: string): boolean => hasPlaceholder(text) || (ADDRESS.test(text) && URL.canParse(text));
const isFilter = (text: string): boolean => hasPlaceholder(text) || /^\s*\(.*\)\s*$/s.test(text);

/** Whether the server's certificate is to be checked and nothing says with what. */
function lacksCertificate({ useSsl, requireCertificateType, ...given }: LdapSettings): boolean {
  const checks = requireCertificateType === 'REQUIRED_CN' || requireCertificateType === 'REQUIRED_AN_PN';
  const authorities = [given.certificateId, given.certificateName, given.ca];
  return useSsl === true && checks && authorities.every((one) => one === null);
}

/** What the fields together must satisfy; values with a placeholder are taken to be right. */
export function ldapConditions(settings: LdapSettings): readonly ConditionIssue[] {
  const { serverAddress, customFilter } = settings;
  const issues: ConditionIssue[] = [];
  if (!isAddress(serverAddress))
    issues.push({ path: ['serverAddress'], message: 'Give an address like ldap://host:389 or ldaps://host:636.' });
  if (lacksCertificate(settings))
    issues.push({
      path: ['certificateId'],
      message: 'Give the certificate that the server is checked with, or set requireCertificateType to NOT_REQUIRED.',
    });
  if (customFilter !== null && !isFilter(customFilter))
    issues.push({ path: ['customFilter'], message: 'Give a filter in parentheses, like (objectClass=person).' });
  return issues;
}
