import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createAuditLog } from '../../audit/service.ts';
import { useQueue, type MakeHome } from '../../jobs/testing/queue-rig.ts';
import { newId, type ApiKeyId } from '../../lib/ids.ts';
import { KeyRing } from '../../vault/key-ring.ts';
import { createVault } from '../../vault/vault.ts';
import type { Actor } from '../actor.ts';
import { OutsideError } from './outside-error.ts';
import { createOutsideProviders } from './outside-providers.ts';
import { findOutsideAccount } from './repository.ts';
import { createAuthProviderService, type AuthProviderService } from './service.ts';
import { loadProviderKey } from './stored-key.ts';

const input = {
  name: 'My vault',
  readableId: 'my-vault',
  description: null,
  kind: 'nango',
  key: { secret_key: 'canary-key' },
} as const;

/** What the outside vaults of an organization must do on every control store. */
export function describeAuthProviders(name: string, make: MakeHome): void {
  describe(`auth providers on ${name}`, () => {
    const rig = useQueue(make);
    const vault = createVault(new KeyRing([randomBytes(32)]));
    let service: AuthProviderService;
    let actor: Actor;
    let refused = false;

    beforeEach(() => {
      const { store: control, clock } = rig;
      refused = false;
      const outside = {
        validate: () =>
          refused ? Promise.reject(new OutsideError('key_refused', 'It refused the key.')) : Promise.resolve(),
      };
      const audit = createAuditLog({ control, clock });
      service = createAuthProviderService({
        control,
        clock,
        audit,
        vault,
        providers: createOutsideProviders(),
        outside,
      });
      actor = {
        organizationId: rig.seed.organizationId,
        apiKeyId: newId<ApiKeyId>(),
        name: 'Owner',
        email: 'owner@example.com',
        scopes: new Set(['*']),
      };
    });

    test('F1-1 seals the key where it stands, and gives it to whoever asks the vendor', async () => {
      const { id } = await service.create(actor, input);
      const [row] = await rig.store.db.selectFrom('auth_provider').selectAll().where('id', '=', id).execute();
      expect(JSON.stringify(row)).not.toContain('canary');
      const needs = { db: rig.store.db, vault };
      expect(await loadProviderKey(needs, actor.organizationId, id)).toMatchObject({ kind: 'nango', key: input.key });
      const place = { organizationId: actor.organizationId, row: newId(), column: 'auth_provider.ciphertext' };
      expect(() => vault.open(row!, place)).toThrow(expect.objectContaining({ code: 'credential_unreadable' }));
    });

    test('gives each readable id once in an organization, also to two at the same moment', async () => {
      const both = await Promise.allSettled([service.create(actor, input), service.create(actor, input)]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      await expect(service.create(actor, input)).rejects.toMatchObject({ code: 'auth_provider_exists' });
      const made = await service.create(actor, { ...input, readableId: null });
      expect(made.readableId).toMatch(/^my-vault-[a-z0-9]{6}$/);
      expect((await service.list(actor, { skip: 0, limit: 10 })).map(({ id }) => id)).toHaveLength(2);
      expect(await service.list(actor, { skip: 1, limit: 1 })).toHaveLength(1);
    });

    test('keeps the key that it has when a new one is refused', async () => {
      const { id, readableId } = await service.create(actor, input);
      refused = true;
      const change = { name: 'Other', key: { secret_key: 'next' } };
      await expect(service.update(actor, readableId, change)).rejects.toMatchObject({ code: 'auth_provider_refused' });
      expect(await service.get(actor, readableId)).toMatchObject({ name: 'My vault' });
      refused = false;
      const before = await loadProviderKey({ db: rig.store.db, vault }, actor.organizationId, id);
      rig.clock.advance(1_000);
      await service.update(actor, readableId, change);
      const after = await loadProviderKey({ db: rig.store.db, vault }, actor.organizationId, id);
      expect([before.key, after.key]).toEqual([input.key, change.key]);
      expect(after.keyId).not.toBe(before.keyId);
    });

    test('F1-11 is nobody else’s', async () => {
      const { id, readableId } = await service.create(actor, input);
      const other = { ...actor, organizationId: newId<Actor['organizationId']>() };
      for (const call of [
        () => service.get(other, readableId),
        () => service.update(other, readableId, { name: 'Stolen' }),
        () => service.remove(other, readableId),
      ])
        await expect(call()).rejects.toMatchObject({ code: 'auth_provider_not_found' });
      expect(await service.list(other, { skip: 0, limit: 10 })).toEqual([]);
      const needs = { db: rig.store.db, vault };
      await expect(loadProviderKey(needs, other.organizationId, id)).rejects.toMatchObject({
        problem: 'configuration',
      });
    });

    test('stays as long as connections get their credentials from it, and says how many do', async () => {
      const { id, readableId } = await service.create(actor, input);
      await rig.seed.addOrders(2);
      const config = JSON.stringify({ connection_id: 'c1' });
      await rig.store.db
        .updateTable('connection')
        .set({ auth_provider_id: id, auth_provider_config: config })
        .where('organization_id', '=', actor.organizationId)
        .execute();
      const [connection] = await rig.store.db
        .selectFrom('connection')
        .select('id')
        .where('organization_id', '=', actor.organizationId)
        .execute();
      expect(await findOutsideAccount(rig.store.db, actor.organizationId, connection!.id)).toEqual({
        authProviderId: id,
        config,
      });
      await expect(service.remove(actor, readableId)).rejects.toMatchObject({
        code: 'auth_provider_in_use',
        details: { connections: 2 },
      });
      await rig.store.db.updateTable('connection').set({ auth_provider_id: null }).execute();
      await service.remove(actor, readableId);
      await expect(service.get(actor, readableId)).rejects.toMatchObject({ code: 'auth_provider_not_found' });
    });
  });
}
