import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { useQueue, type MakeHome } from '../../../jobs/testing/queue-rig.ts';
import { Secret } from '@tributary/connectors/kit/secret';
import { newId, type ApiKeyId, type ConnectionId, type SourceConnectionId } from '../../../lib/ids.ts';
import { KeyRing } from '../../../vault/key-ring.ts';
import { createVault } from '../../../vault/vault.ts';
import type { Actor } from '../../actor.ts';
import { createAuthorizationSessions, type AuthorizationSessions, type OpenedSession } from './service.ts';

const MINUTE = 60_000;
const vault = createVault(new KeyRing([randomBytes(32)]));
const secrets = {
  client: { id: 'client', secret: new Secret('canary-client') },
  parameters: { subdomain: 'acme' },
};

/** What the way through a provider and back must be on every control store. */
export function describeSessions(name: string, make: MakeHome): void {
  describe(`F1-8 an authorization session on ${name}`, () => {
    const rig = useQueue(make);
    let sessions: AuthorizationSessions;
    let elsewhere: AuthorizationSessions;
    let actor: Actor;
    let source: { readonly sourceConnectionId: SourceConnectionId; readonly connectionId: ConnectionId };

    beforeEach(async () => {
      sessions = createAuthorizationSessions({ control: rig.store, vault, clock: rig.clock });
      elsewhere = createAuthorizationSessions({ control: rig.other, vault, clock: rig.clock });
      const { organizationId } = rig.seed;
      actor = {
        organizationId,
        apiKeyId: newId<ApiKeyId>(),
        name: 'A',
        email: 'a@b.c',
        scopes: new Set(['*'] as const),
      };
      const sourceConnectionId = await rig.seed.addOrder({ sync_id: null });
      const { connection_id: connectionId } = await rig.store.db
        .selectFrom('source_connection')
        .select('connection_id')
        .where('id', '=', sourceConnectionId)
        .executeTakeFirstOrThrow();
      source = { sourceConnectionId, connectionId };
    });

    const open = (): Promise<OpenedSession> => {
      rig.clock.advance(1);
      return rig.store.transaction((tx) => sessions.open(tx, actor, { ...source, redirectUrl: null, secrets }));
    };
    const claim = (token: string, by = actor) =>
      rig.store.transaction((tx) => sessions.claim(tx, by, source.sourceConnectionId, token));
    const started = async () => {
      const opened = await open();
      const followed = await sessions.follow(opened.code);
      await sessions.remember(followed, { verifier: 'canary-verifier' });
      return { ...opened, ...followed };
    };

    test('keeps what the way back needs, sealed, and everything else as a hash', async () => {
      const { code, claimToken, state, browser } = await started();
      const taken = await sessions.take(state, () => browser);
      expect(taken.secrets).toMatchObject({
        parameters: { subdomain: 'acme' },
        memory: { verifier: 'canary-verifier' },
      });
      expect(taken.secrets.client.secret?.reveal()).toBe('canary-client');
      const rows = JSON.stringify(await rig.store.db.selectFrom('authorization_session').selectAll().execute());
      for (const secret of [code, claimToken, state, browser, 'canary', 'acme']) expect(rows).not.toContain(secret);
    });

    test('lets one of many follow its link, and one of many come back', async () => {
      const { code } = await open();
      const follows = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? sessions : elsewhere).follow(code));
      const followed = (await Promise.allSettled(follows)).filter((one) => one.status === 'fulfilled');
      expect(followed).toHaveLength(1);
      const { state, browser } = followed[0]!.value;
      const takes = Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? sessions : elsewhere).take(state, () => browser),
      );
      const ends = await Promise.allSettled(takes);
      expect(ends.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      await expect(sessions.take(state, () => browser)).rejects.toMatchObject({ code: 'oauth_session_used' });
    });

    test('is that of the browser which followed the link; another one cannot use it up', async () => {
      const { state, browser } = await started();
      for (const other of [undefined, '', 'a'.repeat(43)])
        await expect(sessions.take(state, () => other)).rejects.toMatchObject({ code: 'oauth_browser_differs' });
      const taken = await sessions.take(state, () => browser);
      expect(taken.sourceConnectionId).toBe(source.sourceConnectionId);
    });

    test('is over for the link after five minutes, and for the way back after ten more', async () => {
      const late = await open();
      rig.clock.advance(5 * MINUTE);
      await expect(sessions.follow(late.code)).rejects.toMatchObject({ code: 'oauth_link_not_found' });
      const opened = await open();
      rig.clock.advance(5 * MINUTE - 1);
      const { state, browser } = await sessions.follow(opened.code);
      rig.clock.advance(10 * MINUTE - 1);
      const soon = await started();
      await expect(sessions.take(state, () => browser)).rejects.toMatchObject({ code: 'oauth_session_used' });
      rig.clock.advance(10 * MINUTE);
      await expect(sessions.take(soon.state, () => soon.browser)).rejects.toMatchObject({
        code: 'oauth_session_expired',
      });
    });

    test('is cancelled by the next one for the source connection', async () => {
      const first = await open();
      const second = await started();
      await expect(sessions.follow(first.code)).rejects.toMatchObject({ code: 'oauth_link_not_found' });
      const third = await open();
      await expect(sessions.take(second.state, () => second.browser)).rejects.toMatchObject({
        code: 'oauth_session_used',
        details: { status: 'cancelled' },
      });
      await expect(claim(second.claimToken)).rejects.toMatchObject({ code: 'oauth_claim_refused' });
      await expect(claim(third.claimToken)).rejects.toMatchObject({ code: 'oauth_claim_untimely' });
    });

    test('is claimed once, by who began it', async () => {
      const opened = await started();
      const session = await sessions.take(opened.state, () => opened.browser);
      expect(await sessions.move(rig.store.db, session, 'returned', 'authorized')).toBe(true);
      expect(await sessions.move(rig.store.db, session, 'returned', 'failed')).toBe(false);
      await expect(claim('wrong')).rejects.toMatchObject({ code: 'oauth_claim_refused' });
      await expect(claim(opened.claimToken, { ...actor, apiKeyId: newId<ApiKeyId>() })).rejects.toMatchObject({
        code: 'oauth_initiator_differs',
      });
      await claim(opened.claimToken);
      await expect(claim(opened.claimToken)).rejects.toMatchObject({ code: 'oauth_claim_untimely' });
    });

    test('is forgotten a day after its end', async () => {
      const { code } = await open();
      rig.clock.advance(24 * 60 * MINUTE);
      expect(await sessions.sweep()).toBe(0);
      rig.clock.advance(11 * MINUTE);
      expect(await sessions.sweep()).toBe(1);
      await expect(sessions.follow(code)).rejects.toMatchObject({ code: 'oauth_link_not_found' });
      await expect(claim('any')).rejects.toMatchObject({ code: 'oauth_claim_missing' });
    });
  });
}
