import { bearer } from '@tributary/connectors/kit/authorization';
import { secret } from '@tributary/connectors/kit/fields';
import { z } from 'zod';
import { NO_APPS } from './app-names.ts';
import { credentialFields, timeOf } from './credential-fields.ts';
import { OutsideError } from './outside-error.ts';
import { addressField, outsideProvider, type OutsideAsk } from './outside-provider.ts';
import { callVendor, readAnswer, REFUSALS } from './vendor-call.ts';

const title = 'Klavis';

const Answer = z.looseObject({
  success: z.boolean(),
  authData: z.record(z.string(), z.unknown()).nullish(),
  error: z.string().nullish(),
});

const Key = z.object({
  api_key: secret({ title: 'API key' }),
  base_url: addressField('https://api.klavis.ai').describe('https://api.eu.klavis.ai for accounts in Europe.'),
});

const noInstance = [REFUSALS.notFound, REFUSALS.gone, REFUSALS.invalid];

const authOf = (ask: OutsideAsk, { api_key, base_url }: z.output<typeof Key>, instance: string) =>
  callVendor(ask, {
    title,
    url: `${base_url}/mcp-server/instance/${instance}/auth`,
    headers: { authorization: bearer(api_key) },
    accept: noInstance,
  });

/** Klavis (klavis.ai/docs/api-reference/mcp-server/get-instance_auth), which renews tokens when they are asked for. */
export const klavis = outsideProvider({
  kind: 'klavis',
  title,
  description: 'Server instances that your users have connected at Klavis.',
  docs: 'https://www.klavis.ai/docs/api-reference/mcp-server/get-instance_auth',
  unserved: NO_APPS,
  key: Key,
  config: z.object({
    instance_id: z.uuid().meta({ title: 'Instance', description: 'Id of the connected server instance.' }),
  }),
  async validate(ask, key) {
    // No call tells of the key alone. That there is no such instance is said only to those whose key is good.
    await authOf(ask, key, '00000000-0000-4000-8000-000000000000');
  },
  async obtain(ask, { key, config }) {
    const answer = await authOf(ask, key, config.instance_id);
    if (answer.status >= REFUSALS.badRequest) {
      throw new OutsideError('account_gone', `Klavis has no instance ${config.instance_id} of this API key.`);
    }
    const { success, authData } = readAnswer(title, answer, Answer);
    if (!success || !authData) {
      throw new OutsideError(
        'account_gone',
        `Klavis has no credentials for the instance ${config.instance_id}. Connect it anew there.`,
      );
    }
    const expiry = authData['expires_at'] ?? authData['expiresAt'];
    return { fields: credentialFields(authData), goodUntil: timeOf(expiry) };
  },
});
