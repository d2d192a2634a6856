import { isAbsolute, relative, resolve } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';

import {
  setting,
  optional,
  integer,
  flag,
  list,
  networks,
  httpUrl,
  vaultKey,
  origin,
  isRedirectTarget,
  type Setting,
} from './lib/setting.ts';

export type { Setting } from './lib/setting.ts';

/** Every variable that the service reads. The operator's documentation is generated from this table. */
export const settings = {
  port: setting({
    env: 'PORT',
    type: integer(0, 65_535),
    default: '8787',
    help: 'Port to listen on; 0 takes a free one.',
  }),
  host: setting({
    env: 'HOST',
    type: z.string().regex(/^\S+$/, 'must be an address or a host name'),
    default: '127.0.0.1',
    help: 'Address to listen on. The default is reached from this machine only; `0.0.0.0` opens it to the network.',
  }),
  publicUrl: optional({
    env: 'TRIBUTARY_PUBLIC_URL',
    type: httpUrl,
    help: 'The address under which callers reach the service; links that leave it (OAuth, Location) are made from it.',
  }),
  redirectUrls: setting({
    env: 'TRIBUTARY_REDIRECT_URLS',
    type: list(',').refine(
      (urls) => urls.every(isRedirectTarget),
      'must be origins or addresses like https://app.example.com/connected, comma-separated, without query and fragment',
    ),
    default: '',
    help: 'Where browsers may be sent after a person has allowed access at a provider: origins, or addresses that others begin with, comma-separated. By default the service’s own origin, and while that is `localhost` or unset, any port of this machine.',
  }),
  oauthClients: optional({
    env: 'TRIBUTARY_OAUTH_CLIENTS',
    type: z.string().transform((path) => resolve(path)),
    help: 'File of mode 600 with the OAuth clients that every organization may use: JSON `{ "<provider or source>": { "client_id": "…", "client_secret": "…" } }`. Read at start.',
  }),
  corsOrigins: setting({
    env: 'TRIBUTARY_CORS_ORIGINS',
    type: list(',').refine(
      (origins) => origins.every(origin),
      'must be origins like https://app.example.com, comma-separated',
    ),
    default: '',
    help: 'Origins whose pages may call the API from a browser, comma-separated. None by default.',
  }),
  dataDir: setting({
    env: 'TRIBUTARY_DATA_DIR',
    type: z.string().transform((path) => resolve(path)),
    default: './data',
    help: 'Directory of the databases and of the vault key. Only the service needs access to it.',
  }),
  databaseUrl: optional({
    env: 'DATABASE_URL',
    type: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
      .transform((url) => new Secret(url)),
    help: 'PostgreSQL for the control store. Without it, SQLite in the data directory.',
  }),
  rowSecurity: setting({
    env: 'TRIBUTARY_ROW_SECURITY',
    type: flag,
    default: 'off',
    help: 'Have PostgreSQL keep organizations apart too, by row-level security. Needs a role of its own that is no superuser.',
  }),
  vaultKeys: optional({
    env: 'TRIBUTARY_VAULT_KEYS',
    type: z
      .string()
      .refine(
        (text) => text.split(',').every(vaultKey),
        'must be keys of 32 bytes in base64, comma-separated, the newest last (`openssl rand -base64 32` makes one)',
      )
      .transform((text) => new Secret(text)),
    help: 'Keys that credentials are sealed with, base64 of 32 bytes each, comma-separated, the newest last. Without it, and without a key service, they are in the file `vault.key`.',
  }),
  vaultTransitUrl: optional({
    env: 'TRIBUTARY_VAULT_TRANSIT_URL',
    type: httpUrl,
    help: 'The transit engine of HashiCorp Vault or OpenBao that wraps the vault’s keys, like `https://vault.example.com:8200/v1/transit`.',
  }),
  vaultTransitKey: setting({
    env: 'TRIBUTARY_VAULT_TRANSIT_KEY',
    type: z.string().regex(/^[\w.-]+$/, 'must be the name of a key: letters, digits, - _ and .'),
    default: 'tributary',
    help: 'Name of the key in the transit engine.',
  }),
  vaultTransitToken: optional({
    env: 'TRIBUTARY_VAULT_TRANSIT_TOKEN',
    type: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be one word')
      .transform((token) => new Secret(token)),
    help: 'Token for the transit engine, with `update` on `encrypt`, `decrypt` and `rewrap` of the key.',
  }),
  bootstrapApiKey: optional({
    env: 'TRIBUTARY_BOOTSTRAP_API_KEY',
    type: z
      .string()
      .regex(/^trib_\S{27,507}$/, 'must begin with trib_ and have 32 to 512 characters without white space')
      .transform((key) => new Secret(key)),
    help: 'An API key with every scope that exists from the first start on. Without it the first start makes a key and prints it once.',
  }),
  bootstrapEmail: setting({
    env: 'TRIBUTARY_BOOTSTRAP_EMAIL',
    type: z.email('must be an email address'),
    default: 'admin@tributary.local',
    help: 'Owner of the first API key.',
  }),
  showConnectionSecrets: setting({
    env: 'TRIBUTARY_SHOW_CONNECTION_SECRETS',
    type: z.enum(['manage', 'never'], 'must be manage or never'),
    default: 'manage',
    help: 'Who reads the secrets of a connection back, by its name under `/apiops`: whoever may change it (`manage`), as the contract has it, each time with an audit event; or nobody (`never`). Lists and other APIs never show them.',
  }),
  allowPrivateNetwork: setting({
    env: 'TRIBUTARY_ALLOW_PRIVATE_NETWORK',
    type: networks,
    default: '',
    help: 'Private networks that connections may reach, comma-separated CIDRs, or `1` for all of them. None by default.',
  }),
  fileRoots: setting({
    env: 'TRIBUTARY_FILE_ROOTS',
    type: list(':').refine((paths) => paths.every(isAbsolute), 'must be absolute paths separated by :'),
    default: '',
    help: 'Directories that connections may read files from, separated by `:`. None by default; never the data directory.',
  }),
  allowExecutables: setting({
    env: 'TRIBUTARY_ALLOW_EXECUTABLES',
    type: flag,
    default: 'off',
    help: 'Let connections run executables that speak the Airbyte protocol. They run with the rights of the service.',
  }),
  internalSources: setting({
    env: 'TRIBUTARY_INTERNAL_SOURCES',
    type: flag,
    default: 'off',
    help: 'Offer the sources that exist for tests and demonstrations.',
  }),
  workers: setting({
    env: 'TRIBUTARY_WORKERS',
    type: integer(0, 64),
    default: '1',
    help: 'Worker processes that the service starts; 0 when workers run elsewhere.',
  }),
  environment: setting({
    env: 'TRIBUTARY_ENVIRONMENT',
    type: z
      .string()
      .regex(/^\S(?:.{0,98}\S)?$/, 'must be the name of an environment, of at most 100 characters')
      .transform((name) => name.toLowerCase()),
    default: 'production',
    help: 'Name of the environment whose deployed connections the workers hold, in every project that has one of this name.',
  }),
  deploymentTimeoutMs: setting({
    env: 'TRIBUTARY_DEPLOYMENT_TIMEOUT_MS',
    type: integer(100, 120_000),
    default: '10000',
    help: 'Milliseconds that a deployment waits for the workers before it answers without those that are silent.',
  }),
  jobsPerWorker: setting({
    env: 'TRIBUTARY_JOBS_PER_WORKER',
    type: integer(1, 256),
    default: '4',
    help: 'Sync jobs that one worker runs at once.',
  }),
  leaseMs: setting({
    env: 'TRIBUTARY_LEASE_MS',
    type: integer(1_000, 600_000),
    default: '30000',
    help: 'Milliseconds after which the job of a silent worker is taken over.',
  }),
  maxEntities: setting({
    env: 'TRIBUTARY_MAX_ENTITIES',
    type: integer(0, 1_000_000_000_000),
    default: '0',
    help: 'Entities that one organization may hold in all its collections; 0 sets no limit. A sync that exceeds it fails and says so.',
  }),
  maxMegabytes: setting({
    env: 'TRIBUTARY_MAX_MEGABYTES',
    type: integer(0, 1_000_000_000),
    default: '0',
    help: 'Megabytes of disk that one organization may take with its collections; 0 sets no limit.',
  }),
  diskWarnPercent: setting({
    env: 'TRIBUTARY_DISK_WARN_PERCENT',
    type: integer(1, 100),
    default: '90',
    help: 'How full the disk of the data directory may be before every source connection shows a task, in percent.',
  }),
  keepJobsDays: setting({
    env: 'TRIBUTARY_KEEP_JOBS_DAYS',
    type: integer(0, 36_500),
    default: '90',
    help: 'Days that ended sync jobs are kept, with their events; 0 keeps them forever. The last one of a source connection always stays.',
  }),
  keepEventsDays: setting({
    env: 'TRIBUTARY_KEEP_EVENTS_DAYS',
    type: integer(0, 36_500),
    default: '14',
    help: 'Days that the events of sync jobs are kept; 0 keeps them as long as their job.',
  }),
  keepAuditDays: setting({
    env: 'TRIBUTARY_KEEP_AUDIT_DAYS',
    type: integer(0, 36_500),
    default: '365',
    help: 'Days that the audit log is kept; 0 keeps it forever.',
  }),
  keepNotificationsDays: setting({
    env: 'TRIBUTARY_KEEP_NOTIFICATIONS_DAYS',
    type: integer(0, 36_500),
    default: '30',
    help: 'Days that notifications and how they were delivered are kept; 0 keeps them forever.',
  }),
  rateLimitPerMinute: setting({
    env: 'TRIBUTARY_RATE_LIMIT_PER_MINUTE',
    type: integer(0, 10_000_000),
    default: '600',
    help: 'Requests that one API key may send in a minute; 0 sets no limit.',
  }),
  addressRateLimitPerMinute: setting({
    env: 'TRIBUTARY_ADDRESS_RATE_LIMIT_PER_MINUTE',
    type: integer(0, 10_000_000),
    default: '0',
    help: 'Requests that one address may send in a minute, with whatever key; 0 sets no limit. Leave it so behind a proxy, which is one address for all callers.',
  }),
  wrongKeysPerMinute: setting({
    env: 'TRIBUTARY_WRONG_KEYS_PER_MINUTE',
    type: integer(0, 10_000_000),
    default: '60',
    help: 'Requests with a wrong API key that one address may send in a minute before it is told to wait; right keys are let in all the same. 0 sets no limit.',
  }),
  llmUrl: optional({
    env: 'TRIBUTARY_LLM_URL',
    type: httpUrl,
    help: 'A language model that writes descriptions of integration sources: where `/chat/completions` of an OpenAI-compatible service is. It is told names of streams and fields, never records. Unset, descriptions are made from the schema alone.',
  }),
  llmModel: setting({
    env: 'TRIBUTARY_LLM_MODEL',
    type: z.string(),
    default: 'gpt-4o-mini',
    help: 'The model that is asked for there.',
  }),
  llmApiKey: optional({
    env: 'TRIBUTARY_LLM_API_KEY',
    type: z.string().transform((key) => new Secret(key)),
    help: 'The key that it wants, if any.',
  }),
  logLevel: setting({
    env: 'LOG_LEVEL',
    type: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    }),
    default: 'info',
    help: 'Least important log line that is written.',
  }),
} as const;

type Settings = typeof settings;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type Config = { readonly [K in keyof Settings]: ValueOf<Settings[K]> };

/** What is wrong with the environment, one line a variable; the process prints it and ends without a stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Codes of the system (`EADDRINUSE`), and PostgreSQL's for connections, logins and databases that are not there. */
const refusal = /^(?:E[A-Z]+|(?:08|28|3D|57)\w{3})$/;

/**
 * Waits for something that only right settings make possible.
 * @throws ConfigError naming their variables when the system or the database refuses it; other failures as they are
 */
export async function needing<T>(rows: readonly Setting[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!refusal.test(code)) throw error;
    const names = rows.map((row) => row.env).join(' or ');
    throw new ConfigError([`${names} cannot be used: ${(error as Error).message || code}`]);
  }
}

/**
 * Reads the configuration from environment variables; an empty variable counts as unset.
 * @throws ConfigError naming every bad variable and what it may be; the value itself is not repeated, it may be a secret.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, row] of Object.entries<Setting>(settings)) {
    const text = env[row.env]?.trim() || row.default;
    if (text === undefined) continue;
    const parsed = row.type.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${row.env} ${parsed.error.issues[0]?.message ?? 'is not allowed'}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = values as unknown as Config;
  refuseDataDirectoryAsFileRoot(config);
  refuseRowSecurityInSqlite(config);
  return config;
}

function refuseRowSecurityInSqlite({ rowSecurity, databaseUrl }: Config): void {
  if (!rowSecurity || databaseUrl) return;
  throw new ConfigError([
    `${settings.rowSecurity.env} needs PostgreSQL: name a database in ${settings.databaseUrl.env}, or leave it off`,
  ]);
}

/** A connection that may read the data directory could read the vault key. */
function refuseDataDirectoryAsFileRoot(config: Config): void {
  const inside = (child: string, parent: string) => {
    const path = relative(parent, child);
    return path === '' || (!path.startsWith('..') && !isAbsolute(path));
  };
  const bad = config.fileRoots.find((root) => inside(root, config.dataDir) || inside(config.dataDir, root));
  if (bad === undefined) return;
  throw new ConfigError([
    `${settings.fileRoots.env} must not contain ${bad}: it holds, or lies in, the data directory ${config.dataDir}`,
  ]);
}
