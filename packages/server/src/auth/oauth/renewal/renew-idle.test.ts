import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { KeeperRig } from '../testing/keeper-rig.ts';
import { RotatingProvider } from '../testing/rotating-provider.ts';
import type { CredentialRef } from '../credential-ref.ts';

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1_000;

let rig: KeeperRig;
let provider: RotatingProvider;
let stop: AbortController;
const running: Promise<void>[] = [];
beforeEach(async () => {
  rig = await KeeperRig.open();
  provider = new RotatingProvider();
  await provider.start();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0));
  provider.stop();
  await rig.close();
});

/** A service at a moment in the future; gives the function that starts its loop. */
function service(row: OAuth2Provider, aheadMs = 0): void {
  const clock = {
    now: () => Date.now() + aheadMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(ms, 50));
        signal?.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)), { once: true });
      }),
  };
  running.push(rig.keeper({ provider: row, clock }).run(stop.signal));
}

/** A credential as it is stored when it was just given: it is looked at at once. */
async function connectNew(): Promise<CredentialRef> {
  const ref = await rig.connect(provider.grant());
  await rig.store.db
    .updateTable('credential')
    .set({ renew_at: Date.now() })
    .where('connection_id', '=', ref.connectionId)
    .execute();
  return ref;
}

const renewAt = async (ref: CredentialRef) => (await rig.row(ref)).renew_at;

describe('a refresh token that dies when it is not used', () => {
  test('is looked at when it is new, and asked for long before its end', async () => {
    const ref = await connectNew();
    service(provider.row({ refreshIdleTtl: 90 * DAY_S }));
    await vi.waitFor(async () => expect(await renewAt(ref)).toBeGreaterThan(Date.now() + 40 * DAY_MS));
    expect(await renewAt(ref)).toBeLessThan(Date.now() + 60 * DAY_MS);
    expect(provider.asked).toBe(0);
  });

  test('F1-8 is renewed once by however many services, and then again when that one ages', async () => {
    const row = provider.row({ refreshIdleTtl: 90 * DAY_S });
    const refs = await Promise.all(Array.from({ length: 12 }, connectNew));
    for (let i = 0; i < 4; i += 1) service(row, 61 * DAY_MS);
    await vi.waitFor(async () => {
      for (const ref of refs) expect(await renewAt(ref)).toBeGreaterThan(Date.now() + 100 * DAY_MS);
    });
    expect([provider.asked, provider.reused, provider.granted]).toEqual([12, 0, 12]);
  });

  test('is renewed by what the answer says of it, where the row says nothing', async () => {
    provider.behaviour.refreshExpiresIn = 10 * DAY_S;
    const ref = await connectNew();
    service(provider.row(), 7 * DAY_MS);
    await vi.waitFor(async () => expect(await renewAt(ref)).toBeGreaterThan(Date.now() + 10 * DAY_MS));
    expect(provider.asked).toBe(1);
  });

  test('and was revoked meanwhile, pauses the schedule before any job fails', async () => {
    const ref = await connectNew();
    provider.revokeAll();
    service(provider.row({ refreshIdleTtl: 90 * DAY_S }), 61 * DAY_MS);
    await vi.waitFor(async () => expect(await rig.pausedBy(ref)).toBe('credential'));
    expect(await rig.refusals()).toBe(1);
  });

  test('is left for later while its provider is down, and does not keep others from their turn', async () => {
    const [down, up] = [await connectNew(), await connectNew()];
    let first = true;
    provider.behaviour.onAsked = () => {
      provider.behaviour.down = first;
      first = false;
    };
    service(provider.row({ refreshIdleTtl: 90 * DAY_S }), 61 * DAY_MS);
    await vi.waitFor(async () => {
      for (const ref of [down, up]) expect(await renewAt(ref)).toBeGreaterThan(Date.now() + 100 * DAY_MS);
    });
    expect([provider.reused, await rig.refusals()]).toEqual([0, 0]);
  });
});

test('a refresh token that lives for ever is not asked for', async () => {
  const ref = await connectNew();
  service(provider.row(), 400 * DAY_MS);
  await vi.waitFor(async () => expect(await renewAt(ref)).toBeNull());
  expect(provider.asked).toBe(0);
});

describe('revoking', () => {
  const revoke = (ref: CredentialRef, row = provider.row()) => rig.keeper({ provider: row }).revoke(ref);

  test('takes the grant back at the provider', async () => {
    const ref = await rig.connect(provider.grant());
    expect([await revoke(ref), provider.revocations]).toEqual([true, 1]);
  });

  test('is given up where the provider cannot, is away, or has nothing to take back', async () => {
    const ref = await rig.connect(provider.grant());
    const { revocation: _, ...without } = provider.row();
    expect(await revoke(ref, without)).toBe(false);
    provider.stop();
    expect(await revoke(ref)).toBe(false);
    await rig.store.db.deleteFrom('credential').execute();
    expect(await revoke(ref)).toBe(false);
  });
});
