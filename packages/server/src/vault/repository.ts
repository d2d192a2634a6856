import type { Queryable } from '../control/database.ts';

/** Ids of the keys that wrap any stored value, of all organizations: the key ring serves them all. */
export async function listUsedKeyIds(db: Queryable): Promise<string[]> {
  const rows = await db.selectFrom('credential').select('key_id').distinct().execute();
  return rows.map((row) => row.key_id);
}
