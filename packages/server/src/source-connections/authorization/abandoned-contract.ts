import { beforeEach, describe, expect, test } from 'vitest';
import type { Insertable } from 'kysely';
import type { ControlTables } from '../../control/schema.ts';
import { useQueue, type MakeHome } from '../../jobs/testing/queue-rig.ts';
import { newId, type ApiKeyId, type AuthorizationSessionId, type SourceConnectionId } from '../../lib/ids.ts';
import { listNeverAuthorized } from '../repository.ts';

/** Which source connections nobody has allowed in time, on every control store. */
export function describeAbandoned(name: string, make: MakeHome): void {
  describe(`source connections that nobody has allowed on ${name}`, () => {
    const rig = useQueue(make);
    let before: number;
    beforeEach(() => {
      before = rig.clock.now();
      rig.clock.advance(1_000);
    });

    async function add(
      created: number,
      connection: Partial<Insertable<ControlTables['connection']>> = {},
      order: Partial<Insertable<ControlTables['source_connection']>> = {},
    ): Promise<SourceConnectionId> {
      const id = await rig.seed.addOrder({ sync_id: null, created_at: created, ...order });
      const { connection_id } = await rig.store.db
        .selectFrom('source_connection')
        .select('connection_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      await rig.store.db
        .updateTable('connection')
        .set({ auth_method: 'oauth_browser', authenticated_at: null, ...connection })
        .where('id', '=', connection_id)
        .execute();
      return id;
    }

    async function addSession(id: SourceConnectionId, created: number): Promise<void> {
      const { connection_id } = await rig.store.db
        .selectFrom('source_connection')
        .select('connection_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      await rig.store.db
        .insertInto('authorization_session')
        .values({
          id: newId<AuthorizationSessionId>(),
          organization_id: rig.seed.organizationId,
          source_connection_id: id,
          connection_id,
          code_hash: `code of ${id} at ${created}`,
          state_hash: null,
          claim_hash: 'claim',
          browser_hash: null,
          status: 'pending',
          redirect_url: null,
          key_id: 'k',
          wrapped_key: 'w',
          ciphertext: 'c',
          requested_by_api_key_id: newId<ApiKeyId>(),
          requested_by_email: null,
          created_at: created,
          link_expires_at: created,
          expires_at: created,
        })
        .execute();
    }

    test('are those that wait since before, with no link given since', async () => {
      const old = await add(before - 2, { auth_method: 'oauth_byoc' });
      const older = await add(before - 3);
      await addSession(old, before - 2);
      const asked = await add(before - 3);
      await addSession(asked, before - 2);
      await addSession(asked, before);
      await add(before);
      await add(before - 3, { authenticated_at: before - 1 });
      await add(before - 3, { auth_method: 'direct' });
      await add(before - 3, {}, { deleted_at: before });
      await rig.seed.addOrder({ created_at: before - 3 });
      const listed = await listNeverAuthorized(rig.store.db, before, 10);
      expect(listed.map(({ id }) => id)).toEqual([older, old]);
      expect(await listNeverAuthorized(rig.store.db, before, 1)).toHaveLength(1);
    });
  });
}
