import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { direct, granted, oauth, type AuthScheme } from '@tributary/connectors/kit/auth';
import type { GrantedCredentials } from '@tributary/connectors/kit/authorization';
import type { Connector } from '@tributary/connectors/kit/connector';
import { secret } from '@tributary/connectors/kit/fields';
import { connectorErrorOf } from '@tributary/connectors/kit/http-rig';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { newId } from '../lib/ids.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';
import { createCredentialSource, type CredentialRequest } from './credential-source.ts';

const answer = (name: string): GrantedCredentials => ({
  authorization: { header: () => Promise.resolve(new Secret(name)), renew: () => Promise.resolve(false) },
  captured: { from: name },
});
const provider = { type: 'oauth2', id: 'local' } as OAuth2Provider;
const machine = granted(z.object({ client_id: z.string(), client_secret: secret({ title: 'Secret' }) }), {
  type: 'client_credentials',
  tokenUrl: 'https://vendor.example/token',
  scopes: [],
});
const key = direct(z.object({ api_key: secret({ title: 'Key' }) }));
const connection = { organizationId: newId<OrganizationId>(), id: newId<ConnectionId>() };
const keys: (string | undefined)[] = [];
const source = createCredentialSource({
  keeper: { open: () => Promise.resolve(answer('keeper')), hand: () => Promise.resolve(answer('handed')) },
  outside: ({ config }) => Promise.resolve(config['outside'] === true ? answer('outside') : undefined),
  machineGrant(_grant, _fields, name) {
    keys.push(name);
    return answer('machine');
  },
});

const request = (auth: readonly AuthScheme[], credentials: object, given: Partial<CredentialRequest> = {}) => ({
  connector: { id: 'x', auth } as unknown as Connector,
  credentials: credentials as CredentialRequest['credentials'],
  config: {},
  ...given,
});
const from = async (given: CredentialRequest) => ((await source.open(given)) as GrantedCredentials).captured['from'];
const tokens = { type: 'oauth2', accessToken: 'fresh', captured: { team: 't' } };

describe('credentials come', () => {
  test('from an outside vault before all else', async () => {
    const given = request(
      [oauth(provider), key],
      { oauth: { parameters: {} } },
      { connection, config: { outside: true } },
    );
    expect(await from(given)).toBe('outside');
  });

  test('from the keeper for a stored connection by OAuth', async () => {
    expect(await from(request([key, oauth(provider)], { oauth: { parameters: {} } }, { connection }))).toBe('keeper');
  });

  test('from the tokens themselves while these are only tried', async () => {
    const given = request([oauth(provider)], { oauth: { parameters: { shop: 's' }, tokens } });
    const { authorization, captured } = (await source.open(given)) as GrantedCredentials;
    const header = await authorization.header({ method: 'GET', url: new URL('https://api.example') });
    expect([header.reveal(), captured]).toEqual(['Bearer fresh', { shop: 's', team: 't' }]);
    expect(await authorization.renew(header)).toBe(false);
    const none = request([oauth(provider)], { oauth: { parameters: {} } });
    expect(await connectorErrorOf(source.open(none))).toMatchObject({ reason: 'credential' });
  });

  test('from a machine grant for typed-in fields, shared by the name of the stored connection', async () => {
    const fields = { client_id: 'a', client_secret: 'b' };
    expect(await from(request([machine, key], fields, { connection }))).toBe('machine');
    expect(await from(request([machine], fields))).toBe('machine');
    expect(keys).toEqual([connection.id, undefined]);
  });

  test('as parsed fields where a person types them in, and are refused when they do not fit', async () => {
    const opened = await source.open(request([oauth(provider), machine, key], { api_key: 'k' }, { connection }));
    expect(opened).toEqual({ api_key: expect.any(Secret) });
    expect(await connectorErrorOf(source.open(request([key], {})))).toMatchObject({ reason: 'configuration' });
  });
});
