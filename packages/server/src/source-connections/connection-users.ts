import type { ConnectionUsers } from '../connections/connection-users.ts';
import type { Clock } from '../lib/clock.ts';
import { listUsersOfConnection, updateSourceConnection } from './repository.ts';

/** What connections that are managed by name have to know of the source connections that read with them. */
export function createConnectionUsers({ clock }: { readonly clock: Clock }): ConnectionUsers {
  return {
    list: async (db, organizationId, id) =>
      (await listUsersOfConnection(db, organizationId, id)).map(({ name }) => name),
    async rename(tx, actor, id, { from, to }) {
      const change = { name: to, modified_at: clock.now(), modified_by_email: actor.email };
      for (const user of await listUsersOfConnection(tx, actor.organizationId, id)) {
        if (user.name === from) await updateSourceConnection(tx, actor.organizationId, user.id, change);
      }
    },
  };
}
