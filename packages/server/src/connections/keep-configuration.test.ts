import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connector } from '@tributary/connectors/kit/connector';
import { Secret } from '@tributary/connectors/kit/secret';
import { silentLog } from '@tributary/connectors/testing/connector-probe';
import { KeeperRig } from '../auth/oauth/testing/keeper-rig.ts';
import { systemClock } from '../lib/clock.ts';
import { createKeepConfiguration } from './keep-configuration.ts';
import { createConnectionService } from './service.ts';

let rig: KeeperRig;
beforeEach(async () => {
  rig = await KeeperRig.open();
});
afterEach(() => rig.close());

const specified = {
  specification: {},
  split: ({ token, ...config }: { readonly token?: never }) => ({ config, credentials: { token } }),
};
const connector = { specified } as unknown as Connector;

async function setUp(stored: Readonly<Record<string, unknown>>, of = connector) {
  const ref = await rig.connect({ type: 'oauth2', accessToken: 'x' as never, captured: {} });
  const service = createConnectionService({ vault: rig.vault, clock: systemClock });
  const actor = { organizationId: ref.organizationId, email: 'ada@example.com' } as never;
  const enter = (credentials: Readonly<Record<string, unknown>>) =>
    rig.store.transaction((tx) =>
      service.change(tx, actor, ref.connectionId, {
        sealed: { credentials, config: { plain: 1 } },
        credentialsRenewed: true,
      }),
    );
  await enter(stored);
  const connection = { organizationId: ref.organizationId, id: ref.connectionId };
  const make = createKeepConfiguration({ control: rig.store, vault: rig.vault, log: silentLog });
  return {
    enter,
    keep: make({ connection, connector: of, credentials: stored }),
    read: () => service.openSettings(rig.store.db, ref.organizationId, ref.connectionId),
  };
}

test('what a connector has renewed is kept, again and again, and the rest beside it stays', async () => {
  const { keep, read } = await setUp({ token: 'one' });
  await keep({ token: 'two', url: 'x' });
  await keep({ token: 'three', url: 'x' });
  expect(await read()).toEqual({ credentials: { token: 'three' }, config: { plain: 1 } });
});

test('what a person has entered meanwhile stays', async () => {
  const { keep, read, enter } = await setUp({ token: 'one' });
  await enter({ token: 'of a person' });
  await keep({ token: 'two' });
  expect((await read()).credentials).toEqual({ token: 'of a person' });
});

const plainGrant = () => ({
  oauth: {
    tokens: { type: 'oauth2', accessToken: 'one', refreshToken: 'first', expiresAt: 5, captured: { team: 't' } },
    issuedTo: 'client',
    parameters: { port: '1' },
  },
});

test('of a grant, tokens that a connector has renewed are kept, again and again, and nothing else is touched', async () => {
  const stored = plainGrant();
  const tokensOf = ({ refresh }: { readonly refresh?: string }) => ({
    accessToken: new Secret(`for ${refresh}`),
    refreshToken: new Secret(String(refresh)),
  });
  const { keep, read } = await setUp(stored, { specified: { ...specified, tokensOf } } as unknown as Connector);
  await keep({ token: 'of no interest', refresh: 'second' });
  await keep({ refresh: 'third' });
  const { expiresAt: _, ...rest } = stored.oauth.tokens;
  const tokens = { ...rest, accessToken: 'for third', refreshToken: 'third' };
  expect((await read()).credentials).toEqual({ oauth: { ...stored.oauth, tokens } });
});

test('a grant is not lost to a connector that changes other settings', async () => {
  const { keep, read } = await setUp(plainGrant());
  await keep({ token: 'two' });
  expect((await read()).credentials).toEqual(plainGrant());
});
