import type pg from 'pg';
import { currentScope, type TenantScope } from './tenant-scope.ts';

/** Both settings at once; for the session, so that a run of one tenant's statements costs one round trip more in all. */
const TELL = "select set_config('tributary.organization', $1, false), set_config('tributary.everyone', $2, false)";

/** What stands between the pool and whoever takes a connection: each is told whose rows it may see. */
export interface TenantBorder {
  /** Tells a connection that is in no transaction for whom the running code works, unless it knows. */
  tell(client: pg.PoolClient): Promise<void>;
  /** After a failure nobody knows what the connection was told: a setting made in a transaction goes with its rollback. */
  forget(client: pg.PoolClient): void;
}

export function createTenantBorder(): TenantBorder {
  const told = new WeakMap<pg.PoolClient, string>();
  return {
    async tell(client) {
      const values = settingsOf(currentScope());
      const wanted = values.join(' ');
      if (told.get(client) === wanted) return;
      told.delete(client);
      await client.query(TELL, [...values]);
      told.set(client, wanted);
    },
    forget: (client) => void told.delete(client),
  };
}

function settingsOf(scope: TenantScope): readonly [organization: string, everyone: 'on' | 'off'] {
  if (scope === 'everyone') return ['', 'on'];
  return [scope?.organizationId ?? '', 'off'];
}
