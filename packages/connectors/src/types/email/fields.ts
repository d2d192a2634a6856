import { z } from 'zod';
import type { ConditionIssue, TypeContext } from '../../kit/connection-type.ts';
import { flag, list, optionalText, port, requiredText, secretText, text } from '../../kit/type-fields.ts';

/** A property has a name and a value; the published contract shows no example, so both usual spellings of the name are taken. */
const Property = z
  .object({
    name: optionalText({ title: 'Name', description: 'Or `key`.' }),
    key: optionalText({ title: 'Key' }),
    value: z
      .union([z.string().max(4_000), z.number(), z.boolean()])
      .nullish()
      .meta({ title: 'Value' }),
  })
  .meta({ title: 'Property' });

/** Fields and defaults as Apinizer documents the connection type `email`. */
export const Fields = z.object({
  host: requiredText({ title: 'Host', description: 'Name or address of the SMTP server.', max: 255 }),
  port: port({
    title: 'Port',
    description: '587 for submission, 465 for TLS from the start, 25 for relays.',
    default: 587,
  }),
  enableStartTls: flag({
    title: 'STARTTLS',
    description: 'Demand TLS on the connected socket; without it nothing is sent. Port 465 has TLS anyway.',
    default: false,
  }),
  auth: flag({ title: 'Log in', description: 'Needs `username` and `password`.', default: false }),
  username: optionalText({ title: 'User name', description: 'Required when `auth` is on.' }),
  password: secretText({ title: 'Password', description: 'Required when `auth` is on.' }),
  defaultEncoding: text({
    title: 'Encoding',
    description: 'Kept for other clients of the contract; mails always go out in UTF-8.',
    default: 'UTF-8',
  }),
  addressToTest: optionalText({
    title: 'Recipient',
    description:
      'Addresses with commas between them; notifications go here, unless the property `mail.to` names others.',
  }),
  from: optionalText({ title: 'Sender', description: 'Address, or `Name <address>`; the user name when absent.' }),
  additionalProperties: list(Property, {
    title: 'Properties',
    description:
      'Pairs of `name` and `value`. Known: `mail.to`, `mail.smtp.localhost`, `mail.smtp.ssl.enable`, `mail.smtp.ssl.trust` (`*` takes any certificate), `mail.smtp.connectiontimeout` and `mail.smtp.timeout` in milliseconds; others are kept and not used.',
  }),
});

export type Settings = z.output<typeof Fields>;
export type EmailContext = TypeContext<Settings>;

export function conditions({ auth, username, password }: Settings): readonly ConditionIssue[] {
  const missing = (field: string, title: string): ConditionIssue => ({
    path: [field],
    message: `${title} is required when auth is on.`,
  });
  if (!auth) return [];
  return [
    ...(username === null ? [missing('username', 'User name')] : []),
    ...(password === null ? [missing('password', 'Password')] : []),
  ];
}

/** The value of an additional property as text; undefined when it is not set. */
export function property({ additionalProperties }: Settings, name: string): string | undefined {
  const found = additionalProperties.findLast((one) => (one.name ?? one.key) === name);
  return found?.value === undefined || found.value === null ? undefined : String(found.value);
}
