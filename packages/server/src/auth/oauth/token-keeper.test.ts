import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Authorization } from '@tributary/connectors/kit/authorization';
import { connectorErrorOf } from '@tributary/connectors/kit/http-rig';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { systemClock } from '../../lib/clock.ts';
import type { CredentialRef } from './credential-ref.ts';
import { KeeperRig } from './testing/keeper-rig.ts';
import { RotatingProvider } from './testing/rotating-provider.ts';
import type { OAuth2Tokens } from './tokens.ts';

let rig: KeeperRig;
let provider: RotatingProvider;
beforeEach(async () => {
  rig = await KeeperRig.open();
  provider = new RotatingProvider();
  await provider.start();
});
afterEach(async () => {
  provider.stop();
  await rig.close();
});

/** A clock that is ahead of the machine's, and does not wait long. */
const ahead = (ms: () => number) => ({
  now: () => Date.now() + ms(),
  sleep: (wait: number, signal?: AbortSignal) => systemClock.sleep(Math.min(wait, 5), signal),
});
const lapsed = (tokens: OAuth2Tokens): OAuth2Tokens => ({ ...tokens, expiresAt: Date.now() - 1_000 });
const request = { method: 'GET', url: new URL('https://api.example/') };
const headerOf = (authorization: Authorization): Promise<Secret> => authorization.header(request);
const plain = async (authorization: Authorization): Promise<string> => (await headerOf(authorization)).reveal();

async function open(ref: CredentialRef, row: OAuth2Provider = provider.row()): Promise<Authorization> {
  return (await rig.keeper({ provider: row }).open(ref, row)).authorization;
}

describe('a token that is good', () => {
  test('is used as it is, and nobody is asked', async () => {
    const ref = await rig.connect(provider.grant());
    const { authorization, captured } = await rig.keeper({ provider: provider.row() }).open(ref, provider.row());
    expect([await plain(authorization), captured]).toEqual(['Bearer access-1', {}]);
    expect(provider.asked).toBe(0);
  });

  test('is renewed a little before it lapses, for processes at different moments', async () => {
    const tokens = provider.grant();
    const ref = await rig.connect(tokens);
    const left = { ms: 0 };
    const row = provider.row();
    const at = async (ms: number, random: number) => {
      left.ms = 3_600_000 - ms;
      const clock = ahead(() => left.ms);
      return plain((await rig.keeper({ provider: row, clock, random: () => random }).open(ref, row)).authorization);
    };
    expect(await at(310_000, 0)).toBe('Bearer access-1');
    expect(await at(290_000, 0)).toBe('Bearer access-1');
    expect(await at(290_000, 0.99)).toBe('Bearer access-2');
    expect(provider.asked).toBe(1);
  });

  test('is used to its end while the provider is down', async () => {
    const ref = await rig.connect({ ...provider.grant(), expiresAt: Date.now() + 20_000 });
    await rig.give(ref, { ...provider.grant(), expiresAt: Date.now() + 60_000 }, Date.now() - 3_600_000);
    provider.behaviour.down = true;
    const row = provider.row();
    const { authorization } = await rig.keeper({ provider: row, clock: ahead(() => 0) }).open(ref, row);
    expect(await plain(authorization)).toBe('Bearer access-2');
    expect(rig.outcomes).toEqual(['failed']);
    expect((await rig.row(ref)).refused_reason).toBeNull();
  });
});

describe('a token that has lapsed', () => {
  test('F1-8 is renewed once for all that ask at the same time, and stored before anybody gets it', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    provider.behaviour.delayMs = 50;
    const row = provider.row();
    const keepers = Array.from({ length: 5 }, () => rig.keeper({ provider: row }));
    const all = await Promise.all(
      keepers.flatMap((keeper) =>
        Array.from({ length: 4 }, async () => plain((await keeper.open(ref, row)).authorization)),
      ),
    );
    expect(new Set(all)).toEqual(new Set(['Bearer access-2']));
    expect(provider.asked).toBe(1);
    expect(await rig.row(ref)).toMatchObject({ renewal_owner: null, renewal_until: null });
    expect((await rig.row(ref)).expires_at).toBeGreaterThan(Date.now());
    expect(await plain(await open(ref))).toBe('Bearer access-2');
  });

  test('is stored by a process that stops while the provider answers', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    provider.behaviour.delayMs = 300;
    const row = provider.row();
    const keeper = rig.keeper({ provider: row });
    const { authorization } = await keeper.open(ref, row);
    const asking = headerOf(authorization);
    await vi.waitFor(() => expect(provider.asked).toBe(1));
    await keeper.close();
    expect((await rig.row(ref)).expires_at).toBeGreaterThan(Date.now());
    expect((await asking).reveal()).toBe('Bearer access-2');
  });

  test('keeps what is sealed beside it, and what a change of the settings has sealed anew meanwhile', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    const place = { organizationId: ref.organizationId, row: ref.connectionId, column: 'credential.ciphertext' };
    provider.behaviour.onConsumed = async () => {
      const row = await rig.row(ref);
      const opened = rig.vault.open(row, place);
      const sealed = rig.vault.seal({ ...opened, config: { key: 'new' } }, place);
      await rig.store.db.updateTable('credential').set(sealed).where('connection_id', '=', ref.connectionId).execute();
    };
    expect(await plain(await open(ref))).toBe('Bearer access-2');
    expect(rig.vault.open(await rig.row(ref), place)).toMatchObject({
      config: { key: 'new' },
      credentials: {
        oauth: { tokens: { accessToken: 'access-2', refreshToken: 'refresh-2' }, client: { id: 'client' } },
      },
    });
    expect(rig.outcomes).toEqual(['renewed']);
  });

  test('gives way to a credential that a person has given meanwhile', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    provider.behaviour.onConsumed = async () => {
      provider.behaviour.onConsumed = undefined;
      await rig.give(ref, provider.grant());
    };
    expect(await plain(await open(ref))).toBe('Bearer access-3');
    expect(rig.outcomes).toEqual(['lost']);
  });

  test('without anything to renew it with, ends the connection in clear words', async () => {
    provider.behaviour.rotation = 'none';
    const ref = await rig.connect(lapsed(provider.grant()));
    const error = await connectorErrorOf(headerOf(await open(ref)));
    expect(error).toMatchObject({ reason: 'credential', message: expect.stringContaining('has expired') });
    expect([await rig.pausedBy(ref), await rig.refusals(), provider.asked]).toEqual(['credential', 1, 0]);
  });
});

describe('a source that answers 401', () => {
  test('has the token renewed once, and not when it is newer than the refused one already', async () => {
    const ref = await rig.connect(provider.grant());
    const authorization = await open(ref);
    const [first, second] = [await headerOf(authorization), await headerOf(authorization)];
    provider.lapseAll();
    expect(await Promise.all([authorization.renew(first), authorization.renew(second)])).toEqual([true, true]);
    expect(await authorization.renew(first)).toBe(true);
    expect(await plain(authorization)).toBe('Bearer access-2');
    expect(provider.asked).toBe(1);
  });

  test('costs no renewal when another process has done it', async () => {
    const ref = await rig.connect(provider.grant());
    const [mine, theirs] = [await open(ref), await open(ref)];
    const refused = await headerOf(mine);
    expect(await theirs.renew(await headerOf(theirs))).toBe(true);
    expect(await mine.renew(refused)).toBe(true);
    expect([await plain(mine), provider.asked]).toEqual(['Bearer access-2', 1]);
  });

  test('is believed about a token that cannot be renewed only when the provider does not stand by it', async () => {
    provider.behaviour.rotation = 'none';
    const ref = await rig.connect(provider.grant());
    const authorization = await open(ref);
    const refused = await headerOf(authorization);
    expect(await authorization.renew(refused)).toBe(false);
    expect((await rig.row(ref)).refused_reason).toBeNull();
    provider.revokeAll();
    expect(await connectorErrorOf(authorization.renew(refused))).toMatchObject({ reason: 'credential' });
    expect((await rig.row(ref)).refused_reason).toContain('refuses the access');
  });

  test('about a header that is not ours changes nothing', async () => {
    const authorization = await open(await rig.connect(provider.grant()));
    expect(await authorization.renew(new Secret('Bearer access-1'))).toBe(false);
    expect(provider.asked).toBe(0);
  });
});

describe('a grant that is gone', () => {
  test('F1-8 pauses the schedule with one trace, and nobody asks the provider again until there is a new one', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    provider.revokeAll();
    const row = provider.row();
    const asks = Array.from({ length: 10 }, async () => {
      const keeper = rig.keeper({ provider: row });
      return connectorErrorOf(keeper.open(ref, row).then(({ authorization }) => headerOf(authorization)));
    });
    for (const error of await Promise.all(asks))
      expect(error).toMatchObject({ reason: 'credential', message: expect.stringContaining('refuses the grant') });
    expect(await connectorErrorOf(open(ref))).toMatchObject({ reason: 'credential' });
    expect([provider.asked, await rig.refusals(), await rig.pausedBy(ref)]).toEqual([1, 1, 'credential']);
    await rig.give(ref, provider.grant());
    expect(await plain(await open(ref))).toBe('Bearer access-2');
    expect((await rig.row(ref)).refused_reason).toBeNull();
  });

  test('is not declared gone when a person has given another one meanwhile', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    provider.revokeAll();
    provider.behaviour.onAsked = () => rig.give(ref, provider.grant());
    expect(await plain(await open(ref))).toBe('Bearer access-2');
    expect([await rig.refusals(), await rig.pausedBy(ref)]).toEqual([0, null]);
  });
});

describe('a provider that is down', () => {
  test('is asked a few times, then left alone for a while; the grant stays, and goes on when it is back', async () => {
    const ref = await rig.connect(lapsed(provider.grant()));
    provider.behaviour.down = true;
    const row = provider.row();
    const past = { ms: 0 };
    const clock = ahead(() => past.ms);
    const { authorization } = await rig.keeper({ provider: row, clock }).open(ref, row);
    const error = await connectorErrorOf(headerOf(authorization));
    expect(error).toMatchObject({ reason: 'unavailable', message: expect.stringContaining('could not be reached') });
    expect(error.retryAfterMs).toBeGreaterThan(2_000);
    const asked = provider.asked;
    expect(await connectorErrorOf(headerOf(authorization))).toMatchObject({ reason: 'unavailable' });
    expect(await connectorErrorOf(headerOf(await open(ref)))).toMatchObject({ reason: 'unavailable' });
    expect(provider.asked).toBe(asked);
    expect([await rig.refusals(), await rig.pausedBy(ref)]).toEqual([0, null]);
    provider.behaviour.down = false;
    past.ms = 120_000;
    expect(await plain(authorization)).toBe('Bearer access-2');
  });
});

describe('a provider that does not say how long its tokens last', () => {
  beforeEach(() => {
    provider.behaviour.expiresIn = undefined;
  });

  test('is asked now and then whether they are good, and they are renewed when not', async () => {
    const ref = await rig.connect(provider.grant());
    const past = { ms: 0 };
    const row = provider.row();
    const { authorization } = await rig.keeper({ provider: row, clock: ahead(() => past.ms) }).open(ref, row);
    await plain(authorization);
    expect(provider.served).toBe(0);
    past.ms = 1_000_000;
    expect([await plain(authorization), await plain(authorization)]).toEqual(['Bearer access-1', 'Bearer access-1']);
    expect(provider.served).toBe(1);
    provider.lapseAll();
    past.ms = 2_000_000;
    expect(await plain(authorization)).toBe('Bearer access-2');
    expect(provider.asked).toBe(1);
  });

  test('is believed when its row says that they last for ever', async () => {
    const ref = await rig.connect(provider.grant());
    const row = provider.row({ accessTtl: null });
    const { authorization } = await rig.keeper({ provider: row, clock: ahead(() => 9_000_000) }).open(ref, row);
    await plain(authorization);
    expect([provider.served, provider.refused]).toEqual([0, 0]);
  });
});

test('a clock that is wrong costs a renewal or a refused request, never the grant', async () => {
  const ref = await rig.connect(provider.grant());
  const row = provider.row();
  const early = await rig.keeper({ provider: row, clock: ahead(() => 86_400_000) }).open(ref, row);
  expect(await plain(early.authorization)).toBe('Bearer access-2');
  provider.lapseAll();
  const late = await rig.keeper({ provider: row, clock: ahead(() => -86_400_000) }).open(ref, row);
  const refused = await headerOf(late.authorization);
  expect(await late.authorization.renew(refused)).toBe(true);
  expect(await plain(late.authorization)).toBe('Bearer access-3');
  expect([provider.reused, await rig.refusals()]).toEqual([0, 0]);
});

test('a lease of a process whose clock is behind is not taken over while it is extended', async () => {
  const ref = await rig.connect({ ...provider.grant(), expiresAt: 0 });
  provider.behaviour.delayMs = 1_500;
  const row = provider.row();
  const clocks = [-3_600_000, 3_600_000, 0].map((ms) => ({ now: () => Date.now() + ms, sleep: systemClock.sleep }));
  const all = clocks.map(async (clock) => {
    const { authorization } = await rig.keeper({ provider: row, clock, leaseMs: 800 }).open(ref, row);
    return plain(authorization);
  });
  await Promise.all(all);
  expect([provider.reused, await rig.refusals()]).toEqual([0, 0]);
});
