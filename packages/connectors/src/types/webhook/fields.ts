import { z } from 'zod';
import type { ConditionIssue, TypeContext } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import { areSigningSecrets } from './signature.ts';
import { choice, integer, list, requiredSecret, requiredText, secretText } from '../../kit/type-fields.ts';

const Header = z
  .object({ name: requiredText({ title: 'Name', max: 200 }), value: requiredSecret({ title: 'Value' }) })
  .meta({ title: 'Header' });

/** Fields and defaults as Apinizer documents the connection type `webhook`. */
export const Fields = z.object({
  httpMethod: choice(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'], {
    title: 'Method',
    description: 'POST, PUT and PATCH carry the notification as JSON, the others in the query.',
    default: 'POST',
  }),
  fullUrl: requiredText({ title: 'URL', description: 'With http:// or https://.', max: 8_000 }),
  headerList: list(Header, {
    title: 'Headers',
    description: 'Pairs of `name` and `value`. Kept as a secret as a whole, since tokens travel in headers.',
    secret: true,
  }),
  signingSecret: secretText({
    title: 'Signing secret',
    description:
      'Calls with a body are signed with it as Standard Webhooks has it (`whsec_…`); two, parted by a space, while receivers change over. Ours, not of the published contract.',
  }),
  timeout: integer({
    title: 'Timeout',
    description: 'Seconds for a call as a whole.',
    default: 2,
    min: 1,
    max: 300,
  }),
  connectionPoolMaxConnectionPerHost: integer({ title: 'Sockets to a host', default: 24, min: 1, max: 1_000 }),
  connectionPoolMaxConnectionTotal: integer({ title: 'Calls at once', default: 48, min: 1, max: 10_000 }),
});

export type Settings = z.output<typeof Fields>;
export type WebhookContext = TypeContext<Settings>;

/** A field name of RFC 9110, section 5.1. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** What is wrong with the signing secret; a placeholder is judged when it is filled in. */
function secretIssues(secret: Settings['signingSecret']): readonly ConditionIssue[] {
  if (secret === null || areSigningSecrets(secret)) return [];
  const message = 'Signing secret: give whsec_ and the base64 of 24 to 64 bytes; two may be parted by a space.';
  return [{ path: ['signingSecret'], message }];
}

export function conditions({ fullUrl, headerList, signingSecret }: Settings): readonly ConditionIssue[] {
  const bad = headerList.findIndex(({ name }) => !hasPlaceholder(name) && !HEADER_NAME.test(name));
  const isUrl = hasPlaceholder(fullUrl) || (/^https?:\/\/[^/]/i.test(fullUrl) && URL.canParse(fullUrl));
  return [
    ...secretIssues(signingSecret),
    ...(isUrl ? [] : [{ path: ['fullUrl'], message: 'URL: give one that begins with http:// or https://.' }]),
    ...(bad < 0
      ? []
      : [{ path: ['headerList', bad, 'name'], message: 'Name: give a header name, of letters, digits and hyphens.' }]),
  ];
}
