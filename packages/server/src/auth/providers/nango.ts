import { bearer } from '@tributary/connectors/kit/authorization';
import { secret } from '@tributary/connectors/kit/fields';
import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import { z } from 'zod';
import { NO_APPS } from './app-names.ts';
import { credentialFields, timeOf } from './credential-fields.ts';
import { OutsideError } from './outside-error.ts';
import { addressField, idField, outsideProvider, type OutsideAsk } from './outside-provider.ts';
import { callVendor, readAnswer, REFUSALS } from './vendor-call.ts';

const title = 'Nango';
/** Nango could not renew the token of the connection. */
const FAILED_DEPENDENCY = 424;

const Connection = z.looseObject({
  credentials: z.record(z.string(), z.unknown()),
  connection_config: z.record(z.string(), z.unknown()).nullish(),
});

const Key = z.object({
  secret_key: secret({ title: 'Secret key', description: 'Of the environment, or an API key that reads credentials.' }),
  base_url: addressField('https://api.nango.dev'),
});
type Key = z.output<typeof Key>;

interface Place {
  readonly connection: string;
  readonly integration: string;
  readonly renew?: boolean;
}

/**
 * The connection with its credentials. `/connections/{id}` is the documented path; installations of one's own may be older
 * than it, and know `/connection/{id}` only, which is deprecated.
 */
async function ask(how: OutsideAsk, { secret_key, base_url }: Key, place: Place): Promise<HttpResponse> {
  let answer: HttpResponse | undefined;
  for (const path of ['connections', 'connection']) {
    answer = await callVendor(how, {
      title,
      url: `${base_url}/${path}/${encodeURIComponent(place.connection)}`,
      query: { provider_config_key: place.integration, ...(place.renew && { force_refresh: true }) },
      headers: { authorization: bearer(secret_key) },
      forbidden: ' It needs the scope environment:connections:read_credentials.',
      accept: [REFUSALS.badRequest, REFUSALS.notFound, FAILED_DEPENDENCY],
    });
    if (answer.status !== REFUSALS.notFound) break;
  }
  return answer as HttpResponse;
}

/** Nango (nango.dev/docs/reference/backend/http-api/connections/get), in its cloud or on one's own machines. */
export const nango = outsideProvider({
  kind: 'nango',
  title,
  description: 'Connections that your users have made at Nango.',
  docs: 'https://nango.dev/docs/reference/backend/http-api/connection/get',
  unserved: NO_APPS,
  key: Key,
  config: z.object({
    connection_id: idField({ title: 'Connection', description: 'Id of the connection at Nango.' }),
    provider_config_key: idField({ title: 'Integration', description: 'Id of the integration that it belongs to.' }),
  }),
  async validate(how, key) {
    // Whoever may not read credentials is refused before it is looked whether there is such a connection.
    await ask(how, key, { connection: 'tributary-key-check', integration: 'tributary-key-check' });
  },
  async obtain(how, { key, config, renew }) {
    const place = { connection: config.connection_id, integration: config.provider_config_key, renew };
    const answer = await ask(how, key, place);
    switch (answer.status) {
      case REFUSALS.notFound:
        throw new OutsideError(
          'account_gone',
          `Nango has no connection ${place.connection} of the integration ${place.integration}.`,
        );
      case REFUSALS.badRequest:
        throw new OutsideError('configuration', `Nango has no integration ${place.integration}.`);
      case FAILED_DEPENDENCY:
        throw new OutsideError(
          'account_gone',
          'Nango could not renew the credentials. Connect the account anew there.',
        );
      default: {
        const { credentials, connection_config } = readAnswer(title, answer, Connection);
        return {
          fields: { ...credentialFields(connection_config), ...credentialFields(credentials) },
          goodUntil: timeOf(credentials['expires_at']),
        };
      }
    }
  },
});
