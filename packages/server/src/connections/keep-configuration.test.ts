import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connector } from '@tributary/connectors/kit/connector';
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

async function setUp(stored: Readonly<Record<string, unknown>>) {
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
    keep: make({ connection, connector, credentials: stored }),
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
