import { secret } from '@tributary/connectors/kit/fields';
import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import { z } from 'zod';
import { credentialFields, timeOf } from './credential-fields.ts';
import { OutsideError } from './outside-error.ts';
import { idField, outsideProvider, type OutsideAsk } from './outside-provider.ts';
import { callVendor, readAnswer, REFUSALS } from './vendor-call.ts';

const title = 'The endpoint';

const Key = z.object({
  base_url: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with https://' })
    .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ title: 'Address', description: 'It is asked for {address}/{source connection id}.' }),
  api_key: secret({ title: 'API key', description: 'Sent as X-API-Key.' }),
});

const MOVED = [301, 302, 303, 307, 308];

async function ask(how: OutsideAsk, key: z.output<typeof Key>, account: string): Promise<HttpResponse> {
  const answer = await callVendor(how, {
    title,
    url: `${key.base_url}/${encodeURIComponent(account)}`,
    headers: { 'x-api-key': key.api_key, accept: 'application/json' },
    // The key is for this address only, and what stands elsewhere is not vouched for by its owner.
    redirects: 'answer',
    accept: [REFUSALS.notFound, REFUSALS.gone, ...MOVED],
  });
  if (!MOVED.includes(answer.status)) return answer;
  throw new OutsideError('configuration', `${title} redirects, which is not followed. Give the address itself.`);
}

/** An endpoint of one's own: `GET {base_url}/{source_connection_id}` answers with the fields of the credentials. */
export const custom = outsideProvider({
  kind: 'custom',
  title: 'Custom endpoint',
  description: 'An HTTP endpoint of your own that answers with the credentials of a source connection.',
  docs: 'docs/auth-providers.md',
  unserved: [],
  key: Key,
  config: z.object({
    account_id: idField({
      title: 'Account',
      description: 'Asked for in place of the id of the source connection.',
    }).optional(),
  }),
  async validate(how, key) {
    // An endpoint that knows no such source connection answers 404, which proves the key as well.
    await ask(how, key, '00000000-0000-4000-8000-000000000000');
  },
  async obtain(how, { key, config, sourceConnectionId }) {
    const account = config.account_id ?? sourceConnectionId;
    const answer = await ask(how, key, account);
    if (answer.status >= REFUSALS.badRequest) {
      throw new OutsideError('account_gone', `${title} has no credentials for ${account}.`);
    }
    const body = readAnswer(title, answer, z.record(z.string(), z.unknown()));
    const { credentials, ...rest } = body;
    const fields = { ...credentialFields(rest), ...credentialFields(credentials) };
    return { fields, goodUntil: timeOf(body['expires_at']) };
  },
});
