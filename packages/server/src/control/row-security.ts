import { ConfigError, settings } from '../config.ts';
import { errors } from '../errors.ts';
import type { MigrationSession } from './migrations.ts';

/** Another text of the policy needs another name: a start puts up what is not there by name. */
const POLICY = 'tributary_tenant';

/**
 * A connection that was told nothing sees nothing. CASE, and not OR, since the planner takes a comparison with a setting to be
 * true for one row in two hundred, twice: it then reads and sorts all waiting jobs of an organization to claim one. It does
 * not look into CASE, takes it for true half of the time, and walks the index as it does without a policy.
 */
const visible = (column: string): string => `case when current_setting('tributary.everyone', true) = 'on' then true
  else ${column} = current_setting('tributary.organization', true) end`;

/** Every table whose rows belong to organizations, found in the catalogue, so that none can be forgotten. */
const TABLES = `
  select quote_ident(table_class.relname) as name, column_of.attname as column,
    (table_class.relrowsecurity and table_class.relforcerowsecurity and policy.oid is not null)::text as walled,
    (table_class.relrowsecurity or policy.oid is not null)::text as touched,
    pg_has_role(table_class.relowner, 'usage')::text as owned
  from pg_class as table_class
  join pg_namespace as schema on schema.oid = table_class.relnamespace and schema.nspname = current_schema()
  join pg_attribute as column_of on column_of.attrelid = table_class.oid and not column_of.attisdropped
    and column_of.attname = case table_class.relname when 'organization' then 'id' else 'organization_id' end
  left join pg_policy as policy on policy.polrelid = table_class.oid and policy.polname = '${POLICY}'
  where table_class.relkind in ('r', 'p') order by 1`;

/**
 * Refuses a role that row-level security does not hold for.
 * @throws ConfigError with the statements that make one that it does
 */
export async function refuseUnfitRole(session: MigrationSession): Promise<void> {
  const [role] = await session.rows(`
    select quote_ident(rolname) as name, quote_ident(current_database()) as database, quote_ident(current_schema()) as schema,
      rolsuper::text as super, rolbypassrls::text as bypass from pg_roles where rolname = current_user`);
  if (role?.['super'] === 'true' || role?.['bypass'] === 'true') {
    const what = role['super'] === 'true' ? 'is a superuser' : 'has BYPASSRLS';
    throw unfit(
      `${role['name']} ${what}, and sees every row. Log in as a role of its own: CREATE ROLE tributary LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS; GRANT CONNECT ON DATABASE ${role['database']} TO tributary; GRANT USAGE, CREATE ON SCHEMA ${role['schema']} TO tributary`,
    );
  }
}

/** What is thrown when a role may not do what a start does. */
export function missingRight(error: unknown): Error {
  const { message } = error as Error;
  return unfit(`its role lacks a right (${message}): GRANT USAGE, CREATE ON SCHEMA … TO it`);
}

/**
 * Puts the policies up on every table that lacks them, or takes them down, as the setting says. Without the setting there are
 * none: `pg_dump` of the owner refuses to read tables that have some.
 * @throws ConfigError when tables belong to another role
 */
export async function alignRowSecurity(session: MigrationSession, wanted: boolean): Promise<void> {
  const tables = await session.rows(TABLES);
  const wrong = tables.filter((table) => (wanted ? table['walled'] === 'false' : table['touched'] === 'true'));
  const foreign = (wanted ? tables : wrong).filter((table) => table['owned'] === 'false');
  if (foreign.length > 0) {
    const statements = foreign.map((table) => `ALTER TABLE ${table['name']} OWNER TO …`);
    const why = `its role does not own tables whose policies it has to alter: ${statements.join('; ')}`;
    throw unfit(why, wanted);
  }
  if (wrong.length > 0) await session.run(wrong.map(wanted ? putUp : takeDown).join(';'));
}

/** @throws schema_mismatch when the service that prepares this database has the other setting */
export async function verifyRowSecurity(session: MigrationSession, wanted: boolean): Promise<void> {
  const tables = await session.rows(TABLES);
  const right = tables.every((table) => (wanted ? table['walled'] === 'true' : table['touched'] === 'false'));
  if (right) return;
  const reason = wanted
    ? `row-level security is off; start the service once with ${settings.rowSecurity.env}=on`
    : `row-level security is on; set ${settings.rowSecurity.env}=on here too`;
  throw errors.schema_mismatch({ reason });
}

type Table = Record<string, string>;

function putUp({ name = '', column = '' }: Table): string {
  const rows = visible(column);
  return `alter table ${name} enable row level security; alter table ${name} force row level security;
    drop policy if exists ${POLICY} on ${name};
    create policy ${POLICY} on ${name} using (${rows}) with check (${rows})`;
}

function takeDown({ name = '' }: Table): string {
  return `drop policy if exists ${POLICY} on ${name};
    alter table ${name} no force row level security; alter table ${name} disable row level security`;
}

function unfit(reason: string, wanted = true): ConfigError {
  const setting = `${settings.rowSecurity.env}=${wanted ? 'on' : 'off'}`;
  return new ConfigError([`${settings.databaseUrl.env} does not fit ${setting}: ${reason}`]);
}
