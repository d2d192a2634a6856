import type { JdbcUrl } from './jdbc-url.ts';

/** A kind of database that is also a source, and how its URL says what the source's configuration says. */
export interface ReadableKind {
  readonly connector: 'postgres' | 'mysql';
  readonly dbType: 'POSTGRES' | 'MYSQL';
  readonly scheme: string;
  readonly port: number;
  /** The source's field for TLS, and its default. */
  readonly tlsField: 'sslmode' | 'ssl_mode';
  readonly tlsDefault: string;
  /** The source's word for what the URL asks for; undefined when it has none. Never a weaker one. */
  tlsOf(url: JdbcUrl): string | undefined;
  /** The URL's parameter for the source's word; no value where the URL's driver does so by itself. */
  tlsParameter(mode: string, scheme: string): { readonly name: string; readonly value: string | undefined };
  /** Parameters (in lower case) that `tlsOf` looks at. */
  readonly tlsParameters: readonly string[];
}

/** pgJDBC, "SSL": an `sslmode`, or `ssl=true`, which means `verify-full`. The source has no `allow` and no `verify-ca`. */
const POSTGRES_TLS: Readonly<Record<string, string>> = {
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
};

/** Connector/J, "Security": `sslMode`; below it the words of MariaDB's driver. */
const MYSQL_TLS: Readonly<Record<string, string>> = {
  disabled: 'disabled',
  preferred: 'preferred',
  required: 'required',
  verify_ca: 'verify_ca',
  verify_identity: 'verify_identity',
  disable: 'disabled',
  trust: 'required',
  'verify-ca': 'verify_ca',
  'verify-full': 'verify_identity',
};

const MARIADB_WORDS: Readonly<Record<string, string>> = {
  disabled: 'disable',
  required: 'trust',
  verify_ca: 'verify-ca',
  verify_identity: 'verify-full',
};

const lookUp = (table: Readonly<Record<string, string>>, word: string): string | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

const isOn = (value: string | undefined): boolean => value !== undefined && /^(true|yes|on|1|)$/i.test(value);

/** Connector/J before 8.0.13: three switches in place of a mode. */
function oldMysqlTls(parameters: JdbcUrl['parameters']): string {
  const useSsl = parameters.get('usessl');
  if (useSsl !== undefined && !isOn(useSsl)) return 'disabled';
  if (isOn(parameters.get('verifyservercertificate'))) return 'verify_ca';
  return isOn(parameters.get('requiressl')) ? 'required' : 'preferred';
}

const postgresKind: ReadableKind = {
  connector: 'postgres',
  dbType: 'POSTGRES',
  scheme: 'jdbc:postgresql:',
  port: 5432,
  tlsField: 'sslmode',
  tlsDefault: 'prefer',
  tlsParameters: ['sslmode', 'ssl'],
  tlsOf({ parameters }) {
    const mode = parameters.get('sslmode');
    if (mode !== undefined) return lookUp(POSTGRES_TLS, mode.toLowerCase());
    return isOn(parameters.get('ssl')) ? 'verify-full' : 'prefer';
  },
  tlsParameter: (mode) => ({ name: 'sslmode', value: mode }),
};

const mysqlKind: ReadableKind = {
  connector: 'mysql',
  dbType: 'MYSQL',
  scheme: 'jdbc:mysql:',
  port: 3306,
  tlsField: 'ssl_mode',
  tlsDefault: 'preferred',
  tlsParameters: ['sslmode', 'usessl', 'requiressl', 'verifyservercertificate'],
  tlsOf({ parameters }) {
    const mode = parameters.get('sslmode');
    return mode === undefined ? oldMysqlTls(parameters) : lookUp(MYSQL_TLS, mode.toLowerCase());
  },
  tlsParameter: (mode, scheme) => ({
    name: 'sslMode',
    value: /mariadb/i.test(scheme) ? MARIADB_WORDS[mode] : mode.toUpperCase(),
  }),
};

const kinds: readonly ReadableKind[] = [postgresKind, mysqlKind];

export const kindOfDbType = (dbType: unknown): ReadableKind | undefined => kinds.find((kind) => kind.dbType === dbType);

export const kindOfConnector = (connector: string): ReadableKind | undefined =>
  kinds.find((kind) => kind.connector === connector);
