import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { SEALED_PLACES, sealedTables, type SealedTable } from './sealed-places.ts';

export type OrganizationKeyRow = Selectable<ControlTables['organization_key']>;

/** A sealed value of any table. */
export interface SealedRow {
  readonly organization_id: OrganizationId;
  /** The id that names it in its associated data. */
  readonly row: string;
  readonly key_id: string;
  readonly wrapped_key: string;
  readonly ciphertext: string;
}

/** How many values of a table a key has wrapped. */
export interface KeyUse {
  readonly table: SealedTable;
  readonly keyId: string;
  readonly values: number;
}

/** All tables of the list have these columns under these names; the types of one stand for those of the others. */
const like = (table: SealedTable) => table as 'credential';
const idOf = (table: SealedTable) => SEALED_PLACES[table] as 'connection_id';

/** What every key wraps, of all organizations: the key ring serves them all. */
export async function listKeyUses(db: Queryable): Promise<readonly KeyUse[]> {
  const uses: KeyUse[] = [];
  for (const table of sealedTables) {
    const rows = await db
      .selectFrom(like(table))
      .select(['key_id', (row) => row.fn.countAll().as('values')])
      .groupBy('key_id')
      .orderBy('key_id')
      .execute();
    uses.push(...rows.map((row) => ({ table, keyId: row.key_id, values: Number(row.values) })));
  }
  return uses;
}

/** Ids of the keys that wrap any stored value, of all organizations. */
export async function listUsedKeyIds(db: Queryable): Promise<readonly string[]> {
  return [...new Set((await listKeyUses(db)).map(({ keyId }) => keyId))];
}

/** Values of a table, of all organizations, that another key wraps, by id, after `after`. */
export async function listWrappedOtherwise(
  db: Queryable,
  table: SealedTable,
  page: { readonly keyId: string; readonly after: string | undefined; readonly limit: number },
): Promise<readonly SealedRow[]> {
  const { keyId, after, limit } = page;
  return db
    .selectFrom(like(table))
    .select(['organization_id', 'key_id', 'wrapped_key', 'ciphertext'])
    .select((row) => row.ref(idOf(table)).$castTo<string>().as('row'))
    .where('key_id', '!=', keyId)
    .$if(after !== undefined, (query) => query.where(idOf(table), '>', after as never))
    .orderBy(idOf(table))
    .limit(limit)
    .execute();
}

/** Changes the wrapping only where nobody sealed or wrapped anew in between; answers whether it did. */
export async function updateWrappedKey(
  db: Queryable,
  table: SealedTable,
  row: Pick<SealedRow, 'organization_id' | 'row' | 'wrapped_key'>,
  fresh: Pick<SealedRow, 'key_id' | 'wrapped_key'>,
): Promise<boolean> {
  const result = await db
    .updateTable(like(table))
    .set(fresh)
    .where('organization_id', '=', row.organization_id)
    .where(idOf(table), '=', row.row as never)
    .where('wrapped_key', '=', row.wrapped_key)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export function findOrganizationKey(
  db: Queryable,
  organizationId: OrganizationId,
): Promise<OrganizationKeyRow | undefined> {
  return db.selectFrom('organization_key').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Keeps the key that is there already: values were hashed with it. */
export async function insertOrganizationKey(db: Queryable, row: OrganizationKeyRow): Promise<void> {
  await db
    .insertInto('organization_key')
    .values(row)
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .execute();
}
