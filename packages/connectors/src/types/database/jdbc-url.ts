import { hasPlaceholder } from '../../kit/placeholders.ts';
import type { DbType } from './fields.ts';
import { parseHosts, parsePairs, unescapeText } from './url-text.ts';
import type { HostPort } from './url-text.ts';

/** What a JDBC URL says; its placeholders are as written. */
export interface JdbcUrl {
  /** What stands before the hosts, for example `jdbc:postgresql:`. */
  readonly scheme: string;
  readonly hosts: readonly HostPort[];
  readonly database: string | undefined;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** What stands before an `@`, as written. */
  readonly userInfo: string | undefined;
}

interface Form {
  /** Groups: `scheme`, `hosts` or `host`, and if there are any `user`, `path` and `rest`. */
  readonly pattern: RegExp;
  readonly separator: '&' | ';' | ',';
  readonly example: string;
}

const PATH = String.raw`(?:/(?<path>[^?;]*))?`;
const AUTHORITY = String.raw`//(?:(?<user>[^@/?;]*)@)?(?<hosts>[^/?;]*)`;
const QUERY = String.raw`(?:\?(?<rest>.*))?`;
const SEMICOLONS = String.raw`(?:;(?<rest>.*))?`;
const form = (pattern: string, separator: Form['separator'], example: string): Form => ({
  pattern: new RegExp(`^${pattern}$`, 'is'),
  separator,
  example,
});

const jtds = (product: string, example: string): Form =>
  form(`(?<scheme>jdbc:jtds:${product}:)//(?<hosts>[^/;]*)(?:/(?<path>[^;]*))?${SEMICOLONS}`, ';', example);

/**
 * The spellings of each kind, the usual one first: pgJDBC "Connecting to the Database", Connector/J "Connection URL Syntax",
 * "Building the connection URL" of Microsoft's driver, Oracle's "Database URLs and Database Specifiers", and so on.
 */
const FORMS: Readonly<Record<DbType, readonly Form[]>> = {
  POSTGRES: [
    form(`(?<scheme>jdbc:postgresql:)//(?<hosts>[^/?]*)${PATH}${QUERY}`, '&', 'jdbc:postgresql://host:5432/database'),
    form(`(?<scheme>jdbc:postgresql:)(?!//)/?(?<path>[^?/]*)${QUERY}`, '&', 'jdbc:postgresql:database'),
  ],
  MYSQL: [
    form(`(?<scheme>jdbc:(?:mysql|mariadb):)${AUTHORITY}${PATH}${QUERY}`, '&', 'jdbc:mysql://host:3306/database'),
  ],
  SQL_SERVER: [
    form(
      String.raw`(?<scheme>jdbc:sqlserver:)//(?<hosts>[^;\\/]*)(?:\\(?<instance>[^;:]*)(?::(?<port>\d+))?)?${SEMICOLONS}`,
      ';',
      'jdbc:sqlserver://host:1433;databaseName=database',
    ),
    jtds('sqlserver', 'jdbc:jtds:sqlserver://host:1433/database'),
  ],
  ORACLE: [
    form(
      String.raw`(?<scheme>jdbc:oracle:thin:)(?:(?<user>[^@]*))?@(?<protocol>tcps?:)?(?://)?(?<hosts>[^/?():]+(?::\d+|:\$\{[\w.-]+\})?|\[[^\]]*\](?::\d+)?)(?:[/](?<path>[^?:/]*)|:(?<sid>[^?:/]+))?${QUERY}`,
      '&',
      'jdbc:oracle:thin:@//host:1521/service',
    ),
    form(String.raw`(?<scheme>jdbc:oracle:thin:)(?:(?<user>[^@]*))?@(?<descriptor>\(.*\))`, '&', ''),
  ],
  SYBASE: [
    form(`(?<scheme>jdbc:sybase:Tds:)(?<hosts>[^/?]*)${PATH}${QUERY}`, '&', 'jdbc:sybase:Tds:host:5000/database'),
    jtds('sybase', 'jdbc:jtds:sybase://host:5000/database'),
  ],
  DB2: [
    form(
      String.raw`(?<scheme>jdbc:db2:)//(?<hosts>[^/?;]*)/(?<path>[^:;]*)(?::(?<rest>.*))?`,
      ';',
      'jdbc:db2://host:50000/database',
    ),
  ],
  APACHE_HIVE: [
    form(`(?<scheme>jdbc:hive2:)//(?<hosts>[^/?;]*)${PATH}${SEMICOLONS}`, ';', 'jdbc:hive2://host:10000/database'),
  ],
  APACHE_IMPALA: [
    form(
      `(?<scheme>jdbc:(?:impala|hive2):)//(?<hosts>[^/?;]*)${PATH}${SEMICOLONS}`,
      ';',
      'jdbc:impala://host:21050/database',
    ),
  ],
  MONGODB: [
    form(`(?<scheme>(?:jdbc:)?mongodb(?:\\+srv)?:)${AUTHORITY}${PATH}${QUERY}`, '&', 'mongodb://host:27017/database'),
  ],
  TRINO: [
    form(`(?<scheme>jdbc:(?:trino|presto):)//(?<hosts>[^/?]*)${PATH}${QUERY}`, '&', 'jdbc:trino://host:8080/catalog'),
  ],
};

/** Ports that these servers listen on unless told otherwise. */
export const DEFAULT_PORT: Readonly<Record<DbType, number>> = {
  POSTGRES: 5432,
  MYSQL: 3306,
  SQL_SERVER: 1433,
  ORACLE: 1521,
  SYBASE: 5000,
  DB2: 50_000,
  APACHE_HIVE: 10_000,
  APACHE_IMPALA: 21_050,
  MONGODB: 27_017,
  TRINO: 8080,
};

/** The parts of a URL of this kind; undefined when it is none, as when a placeholder stands for all of it. */
export function parseJdbcUrl(dbType: DbType, url: string): JdbcUrl | undefined {
  for (const { pattern, separator } of FORMS[dbType]) {
    const groups = pattern.exec(url.trim())?.groups;
    const hosts = groups && (groups['descriptor'] === undefined ? hostsOf(groups) : []);
    if (!groups || !hosts) continue;
    const path = groups['path'] ?? '';
    return {
      scheme: groups['scheme'] ?? '',
      hosts,
      database: path === '' ? undefined : unescapeText(path),
      parameters: parametersOf(groups, separator),
      userInfo: groups['user'],
    };
  }
  return undefined;
}

/** What stands in the URL before its parameters and is none of its hosts, by the parameter that says the same. */
const IN_FRONT = { instance: 'instancename', sid: 'sid', descriptor: 'descriptor', protocol: 'protocol' } as const;

function parametersOf(groups: Groups, separator: Form['separator']): ReadonlyMap<string, string> {
  const parameters = new Map(
    parsePairs(groups['rest'] ?? '', separator).map(([name, value]) => [name.toLowerCase(), value]),
  );
  for (const [group, name] of Object.entries(IN_FRONT))
    if (groups[group] !== undefined) parameters.set(name, groups[group]);
  return parameters;
}

type Groups = Readonly<Record<string, string | undefined>>;

function hostsOf(groups: Groups): readonly HostPort[] | undefined {
  const text = groups['hosts'] ?? '';
  const hosts = parseHosts(text)?.map(({ host, port }) => ({
    host: host === '' ? 'localhost' : host,
    port: groups['port'] ?? port,
  }));
  return hosts;
}

/** A password in the URL would be shown as a part of it, even one that a placeholder brings in when it is used. */
function holdsPassword({ parameters, userInfo }: JdbcUrl, dbType: DbType): boolean {
  const afterUser = userInfo
    ?.split(dbType === 'ORACLE' ? '/' : ':')
    .slice(1)
    .join(':');
  const named = [...parameters].filter(([name]) => /passw(or)?d$|^pwd$|secretkey$|accesstoken$/.test(name));
  const given = [afterUser, ...named.map(([, value]) => value)];
  return given.some((value) => value !== undefined && value !== '');
}

/** What is wrong with the URL, in a sentence that says what to change; undefined when nothing is. */
export function jdbcUrlProblem(dbType: DbType, url: string): string | undefined {
  if (!Object.hasOwn(FORMS, dbType)) return undefined;
  const parsed = parseJdbcUrl(dbType, url);
  if (!parsed) {
    if (hasPlaceholder(url)) return undefined;
    return `This is no URL of ${dbType}; give one like ${FORMS[dbType][0]?.example ?? ''}.`;
  }
  if (holdsPassword(parsed, dbType))
    return 'The URL holds a password; give it in the field password, where it is kept as a secret.';
  return undefined;
}
