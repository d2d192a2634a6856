import type { Json, JsonObject } from '../../kit/json.ts';
import { poolDefaults } from './fields.ts';
import { parseJdbcUrl } from './jdbc-url.ts';
import { kindOfConnector, kindOfDbType } from './readable-kind.ts';
import type { ReadableKind } from './readable-kind.ts';
import { rewriteUrl, writeUrl } from './rewrite-url.ts';
import type { Place } from './rewrite-url.ts';

/**
 * One database in two vocabularies: as the connection type `database` with a JDBC URL, and as the source `postgres` or
 * `mysql` with a host and a port. All values are JSON, secrets as text (or masks): nothing is parsed into a `Secret` here.
 */
export interface StoredDatabase {
  /** `postgres`, `mysql`, or `database` for what no source can read. */
  readonly connector: string;
  /** Of `postgres` and `mysql`: where the database is. Of `database`: the type's fields, `password` among them. */
  readonly config: JsonObject;
  /** `username` and `password` of `postgres` and `mysql`; a password that was not given is absent. Else empty. */
  readonly credentials: JsonObject;
  /** What the source has no word for: the URL as given, the sizes of the pool. Null for `database`. */
  readonly typeFields: JsonObject | null;
}

/** The connectors whose connections are shown as the type `database`; only the first is never a source. */
export const databaseConnectors = ['database', 'postgres', 'mysql'] as const;

/** Whether connections of this connector are shown as the type `database`. */
export function isShownAsDatabase(connector: string): boolean {
  return (databaseConnectors as readonly string[]).includes(connector);
}

/** Fields of `database` beside the kind and the login; kept as they are. */
const defaults = { databaseName: null, ...poolDefaults, selectedEnvironmentId: null } satisfies JsonObject;

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Where the database is, as the URL and the fields beside it say; undefined when a source cannot say the same. */
function placeOf(kind: ReadableKind, fields: JsonObject): Place | undefined {
  const url = parseJdbcUrl(kind.dbType, text(fields['jdbcUrl']) ?? '');
  const [first, ...others] = url?.hosts ?? [];
  if (!url || !first || others.length > 0) return undefined;
  const tls = kind.tlsOf(url);
  const port = Number(first.port ?? kind.port);
  const database = url.database ?? defaultDatabase(kind, fields);
  if (Number.isNaN(port) || database === undefined || tls === undefined) return undefined;
  return { host: first.host, port, database, tls };
}

/** The field; else, as libpq and pgJDBC have it, the database that is named as the user. */
const defaultDatabase = (kind: ReadableKind, { databaseName, username }: JsonObject): string | undefined =>
  text(databaseName) ?? (kind.dbType === 'POSTGRES' ? text(username) : undefined);

/**
 * The fields of the type `database`, validated and with their defaults, as they are stored. What no source can read stays a
 * `database`: another kind, several hosts, no login, no database, or a placeholder in place of a port or of the whole URL.
 * With `stored`, the connection as it was: what `database` has no word for (the authority that signs the server's certificate)
 * stays as it is, and so does the spelling of what has not changed.
 */
export function toSource(fields: JsonObject, stored?: StoredDatabase): StoredDatabase {
  const { dbType, useCredentials, username, password, ...rest } = fields;
  const kind = kindOfDbType(dbType);
  const place = kind && placeOf(kind, fields);
  const user = useCredentials === true ? text(username) : undefined;
  if (!place || user === undefined) {
    return { connector: 'database', config: fields, credentials: {}, typeFields: null };
  }
  const before = stored?.connector === kind.connector ? stored : undefined;
  return {
    connector: kind.connector,
    config: before && says(before, fields) ? before.config : { ...before?.config, ...configOf(kind, place) },
    credentials: { username: user, ...(text(password) !== undefined && { password }) },
    typeFields: rest,
  };
}

/** Whether the stored connection is shown with the very same place. */
function says(stored: StoredDatabase, fields: JsonObject): boolean {
  const shown = toDatabase(stored);
  return ['jdbcUrl', 'databaseName', 'username'].every((name) => shown[name] === fields[name]);
}

const configOf = (kind: ReadableKind, { host, port, database, tls }: Place): JsonObject => ({
  host,
  port,
  database,
  [kind.tlsField]: tls,
});

/**
 * The fields of the type `database` that a stored connection is shown with. The URL is the given one while the place is the
 * same; a changed part is changed in it, and a connection that was made as a source gets one. A password that is not known
 * is null.
 */
export function toDatabase({ connector, config, credentials, typeFields }: StoredDatabase): JsonObject {
  const kind = kindOfConnector(connector);
  if (!kind) return config;
  const { username, password } = credentials;
  const login = { useCredentials: true, username: username ?? null, password: password ?? null };
  const kept: Record<string, Json | undefined> = { ...defaults, ...typeFields };
  const now = nowOf(kind, config);
  const before = placeOf(kind, { ...kept, username: login.username });
  const url = kept['jdbcUrl'];
  if (typeof url !== 'string' || !before) kept['jdbcUrl'] = writeUrl(kind, now);
  else if (!isSame(before, now)) kept['jdbcUrl'] = rewriteUrl(kind, url, before, now);
  return { dbType: kind.dbType, ...kept, ...login };
}

const isSame = (one: Place, other: Place): boolean =>
  one.host === other.host && one.port === other.port && one.database === other.database && one.tls === other.tls;

function nowOf(kind: ReadableKind, config: JsonObject): Place {
  const port = Number(config['port'] ?? kind.port);
  return {
    host: text(config['host']) ?? 'localhost',
    port,
    database: text(config['database']) ?? '',
    tls: text(config[kind.tlsField]) ?? kind.tlsDefault,
  };
}
