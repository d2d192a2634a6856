import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '@tributary/connectors/kit/secret';
import { takeLease } from '../auth/oauth/renewal/repository.ts';
import { writeGrant } from '../auth/oauth/stored-grant.ts';
import { KeeperRig } from '../auth/oauth/testing/keeper-rig.ts';
import type { OAuth2Tokens } from '../auth/oauth/tokens.ts';
import { must } from '../lib/asserts.ts';
import { systemClock } from '../lib/clock.ts';
import { createConnectionService, type ConnectionChange } from './service.ts';

let rig: KeeperRig;
beforeEach(async () => {
  rig = await KeeperRig.open();
});
afterEach(() => rig.close());

const tokens = (name: string): OAuth2Tokens => ({
  type: 'oauth2',
  accessToken: new Secret(`access-${name}`),
  refreshToken: new Secret(`refresh-${name}`),
  captured: {},
});

describe('a change of the settings of a connection by OAuth', () => {
  /** Stores a change as the API does, and gives what is sealed then. */
  async function change(ref: Awaited<ReturnType<KeeperRig['connect']>>, given: ConnectionChange) {
    const service = createConnectionService({ vault: rig.vault, clock: systemClock });
    const actor = { organizationId: ref.organizationId, email: 'ada@example.com' } as never;
    await rig.store.transaction((tx) => service.change(tx, actor, ref.connectionId, given));
    return service.openSettings(rig.store.db, ref.organizationId, ref.connectionId);
  }
  const old = writeGrant({ tokens: tokens('old'), parameters: { region: 'eu' } });

  test('that was decided on with older tokens keeps those that were renewed meanwhile', async () => {
    const ref = await rig.connect(tokens('renewed'));
    const sealed = await change(ref, { sealed: { credentials: old, config: { key: 'new' } } });
    expect(sealed).toMatchObject({
      config: { key: 'new' },
      credentials: { oauth: { tokens: { refreshToken: 'refresh-renewed' }, parameters: { region: 'eu' } } },
    });
  });

  test('leaves a renewal that is on its way its lease', async () => {
    const ref = await rig.connect(tokens('one'));
    const { ciphertext } = await rig.row(ref);
    const lease = must(await takeLease(rig.store.db, ref, { owner: 'a', until: 1, ciphertext }), 'a free lease');
    await change(ref, { sealed: { credentials: old, config: {} } });
    expect(await rig.row(ref)).toMatchObject({ renewal_owner: 'a', renewal_fence: lease.fence });
  });

  test('that brings new tokens takes those, and is looked at by whoever keeps idle access alive', async () => {
    const ref = await rig.connect(tokens('one'));
    const sealed = await change(ref, { credentialsRenewed: true, sealed: { credentials: old, config: {} } });
    expect(sealed).toMatchObject({ credentials: { oauth: { tokens: { refreshToken: 'refresh-old' } } } });
    expect((await rig.row(ref)).renew_at).toBeLessThanOrEqual(Date.now());
  });
});
