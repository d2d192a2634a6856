import { hash } from 'node:crypto';
import type { PostgresContext } from '../config.ts';
import type { Link } from '../open-client.ts';
import { quoteName, sqlTable, streamName, type Table } from '../table.ts';

/** How the tables of a source connection are read by replication; what stands in the way is said in words that say what to change. */
export interface ReplicationPlan {
  readonly publication: string;
  readonly slot: string;
  /** Tables whose changes the server can tell. */
  readonly members: readonly Table[];
  /** Why the changes of the other tables cannot be told. */
  readonly others: ReadonlyMap<Table, string>;
}

/** Replication cannot be used at all. */
export interface Hindrance {
  readonly hindrance: string;
}

/** `to_jsonb` gives what this version of the server knows; columns that it does not have are absent. */
const SERVER = `
  SELECT current_setting('wal_level') AS wal_level, pg_is_in_recovery()::text AS standby, current_user AS role,
    current_setting('server_version_num') AS version, current_setting('max_replication_slots') AS most_slots,
    (SELECT count(*) FROM pg_replication_slots)::text AS slots,
    (SELECT to_jsonb(s)::text FROM pg_replication_slots s WHERE slot_name = $1) AS slot,
    (SELECT (to_jsonb(p) || jsonb_build_object('owned', pg_has_role(pubowner, 'USAGE')))::text
       FROM pg_publication p WHERE pubname = $2) AS publication,
    (SELECT rolsuper OR rolreplication OR EXISTS (SELECT FROM pg_roles m WHERE m.rolname = 'rds_replication'
       AND pg_has_role(m.oid, 'MEMBER')) FROM pg_roles WHERE rolname = current_user)::text AS may_replicate,
    has_database_privilege(current_database(), 'CREATE')::text AS may_create`;

const TABLES = `
  SELECT c.oid::text AS oid, c.relpersistence AS persistence, c.relreplident AS identity,
    pg_has_role(c.relowner, 'USAGE')::text AS owned,
    (SELECT jsonb_agg(a.attname) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)::text AS identity_columns,
    (SELECT to_jsonb(t)::text FROM pg_publication_tables t
      WHERE t.pubname = $2 AND t.schemaname = n.nspname AND t.tablename = c.relname) AS published
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1::oid[])`;

/** Where `publish_via_partition_root` came in. */
export const VIA_ROOT_VERSION = 130_000;

type Row = Readonly<Record<string, string | null>>;

interface Publication {
  readonly puballtables: boolean;
  /** Partitioned tables are told as one table; absent before version 13. */
  readonly pubviaroot?: boolean;
  readonly owned: boolean;
  readonly pubinsert: boolean;
  readonly pubupdate: boolean;
  readonly pubdelete: boolean;
  readonly pubtruncate?: boolean;
}

/** A name for the slot that stays the same as long as the same is read of the same database. */
export function slotName({ config }: PostgresContext): string {
  const { database, publication, schemas, include_tables, exclude_tables } = config;
  const selection = JSON.stringify([database, publication, schemas, include_tables, exclude_tables]);
  return config.slot ?? `tributary_${hash('sha256', selection, 'hex').slice(0, 12)}`;
}

/** Finds out what can be read by replication, without changing anything. */
export async function planReplication(
  ctx: PostgresContext,
  link: Link,
  tables: readonly Table[],
): Promise<ReplicationPlan | Hindrance> {
  const { publication } = ctx.config;
  const slot = slotName(ctx);
  const [server = {}] = await link.rows(SERVER, [slot, publication]);
  const hindrance = serverHindrance(server, slot, ctx.config.database) ?? publicationHindrance(server, publication);
  if (hindrance !== undefined) return { hindrance };
  const rows = await link.rows(TABLES, [tables.map((table) => table.oid), publication]);
  const byOid = new Map(rows.map((row) => [row['oid'], row]));
  const found = tables.map((table) => ({
    table,
    why: tableHindrance(table, byOid.get(table.oid) ?? {}, server, publication),
  }));
  const members = found.filter(({ why }) => why === undefined).map(({ table }) => table);
  const [first] = found;
  if (members.length === 0) return { hindrance: first ? `no table can be: ${first.why}` : 'there is no table.' };
  return {
    publication,
    slot,
    members,
    others: new Map(found.flatMap(({ table, why }) => (why === undefined ? [] : [[table, why] as const]))),
  };
}

function serverHindrance(server: Row, slot: string, database: string): string | undefined {
  const { role } = server;
  if (server['standby'] === 'true') return 'the server is a standby; connect to the primary.';
  if (server['wal_level'] !== 'logical')
    return `wal_level is ${server['wal_level']}. Set wal_level = logical in the server's configuration and restart it.`;
  if (server['may_replicate'] !== 'true')
    return `the user may not replicate. Run: ALTER ROLE ${quoteName(role ?? '')} REPLICATION; (on Amazon RDS: GRANT rds_replication TO ${quoteName(role ?? '')};)`;
  const known = server['slot'] ? (JSON.parse(server['slot']) as Readonly<Record<string, unknown>>) : undefined;
  if (known && (known['plugin'] !== 'pgoutput' || known['database'] !== database))
    return `the replication slot ${slot} belongs to something else; name another as \`slot\`.`;
  if (!known && Number(server['slots']) >= Number(server['most_slots']))
    return `all ${server['most_slots']} replication slots are taken. Raise max_replication_slots, or drop one that is not used.`;
  return undefined;
}

const publicationOf = (server: Row): Publication | undefined =>
  server['publication'] ? (JSON.parse(server['publication']) as Publication) : undefined;

function publicationHindrance(server: Row, name: string): string | undefined {
  const known = publicationOf(server);
  if (!known)
    return server['may_create'] === 'true'
      ? undefined
      : `there is no publication ${name} and the user may not make it. Run: GRANT CREATE ON DATABASE … TO ${quoteName(server['role'] ?? '')}; or, as the owner of the tables: CREATE PUBLICATION ${quoteName(name)} FOR TABLE … WITH (publish_via_partition_root = true);`;
  if (known.pubinsert && known.pubupdate && known.pubdelete && known.pubtruncate !== false) return undefined;
  return `the publication ${name} leaves changes out. Run: ALTER PUBLICATION ${quoteName(name)} SET (publish = 'insert, update, delete, truncate');`;
}

function tableHindrance(table: Table, row: Row, server: Row, publication: string): string | undefined {
  if (table.kind !== 'r' && table.kind !== 'p') return 'it is no ordinary table.';
  if (row['persistence'] !== 'p') return 'it is not logged.';
  return identityHindrance(table, row) ?? publishedHindrance(table, row, server, publication);
}

function identityHindrance(table: Table, row: Row): string | undefined {
  if (table.key.length === 0) return 'it has no primary key.';
  if (row['identity'] === 'f') return undefined;
  const names = new Set(JSON.parse(row['identity_columns'] ?? '[]') as string[]);
  return table.key.every((name) => names.has(name))
    ? undefined
    : `its replica identity lacks ${table.key.join(', ')}. Run: ALTER TABLE ${sqlTable(table)} REPLICA IDENTITY DEFAULT; if these are its primary key, else FULL.`;
}

function publishedHindrance(table: Table, row: Row, server: Row, publication: string): string | undefined {
  const published = row['published']
    ? (JSON.parse(row['published']) as { readonly rowfilter?: string | null })
    : undefined;
  if (published) return published.rowfilter ? `the publication ${publication} filters its rows.` : undefined;
  const known = publicationOf(server);
  if (table.kind === 'p' && !isToldWhole(server, known)) {
    return `the publication ${publication} tells of its partitions one by one. Run (from version 13 on): ALTER PUBLICATION ${quoteName(publication)} SET (publish_via_partition_root = true);`;
  }
  const mayAdd = row['owned'] === 'true' && (known === undefined || (known.owned && !known.puballtables));
  if (mayAdd) return undefined;
  return `it is not in the publication ${publication}, and the user may not add it. Run, as its owner: ${
    known ? 'ALTER' : 'CREATE'
  } PUBLICATION ${quoteName(publication)} ${known ? 'ADD' : 'FOR'} TABLE ${sqlTable(table)};`;
}

/** Whether a partitioned table is told as one table by the publication, or by the one that would be made. */
const isToldWhole = (server: Row, known: Publication | undefined): boolean =>
  known ? known.pubviaroot === true : Number(server['version']) >= VIA_ROOT_VERSION;

/** One line for people about how the tables are read. */
export function describePlan({ slot, members, others }: ReplicationPlan): string {
  const [first] = others;
  const rest = first ? `; ${others.size} by reading, such as ${streamName(first[0])}: ${first[1]}` : '';
  return `${members.length} of ${members.length + others.size} tables by logical replication, slot ${slot}${rest}`;
}
