import type { TypeContext } from '../../kit/connection-type.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import { Secret } from '../../kit/secret.ts';
import type { DatabaseSettings } from './fields.ts';
import { DEFAULT_PORT, parseJdbcUrl } from './jdbc-url.ts';
import type { JdbcUrl } from './jdbc-url.ts';

/** One connection to a database. */
export interface DatabaseLink {
  /** Asks the server for nothing in particular. Throws when it does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Everything that a driver may touch, and where it is to go. */
export interface DriverContext extends Pick<TypeContext, 'connect' | 'resolve' | 'http' | 'log' | 'signal'> {
  readonly url: JdbcUrl;
  readonly endpoint: Endpoint;
  readonly database: string | undefined;
  readonly user: string | undefined;
  /** Empty when the server is to be asked without one. */
  readonly password: Secret;
  readonly hasPassword: boolean;
  readonly settings: DatabaseSettings;
}

/** Opens one connection. Throws `ConnectorError` that says what to change. */
export type Driver = (ctx: DriverContext) => Promise<DatabaseLink>;

/** Connects with the first host of the URL that can be reached, in its order. Throws the last host's `ConnectorError`. */
export async function dial(
  ctx: TypeContext<DatabaseSettings>,
  driver: Driver,
  signal: AbortSignal,
): Promise<DatabaseLink> {
  const { settings } = ctx;
  const url = parseJdbcUrl(settings.dbType, settings.jdbcUrl);
  if (!url) throw new ConnectorError('configuration', `jdbcUrl is no URL of ${settings.dbType}. Check it.`);
  const timeoutMs = settings.connectionTimeout;
  const connect: DriverContext['connect'] = (target) =>
    ctx.connect(timeoutMs === 0 ? target : { ...target, timeoutMs });
  const base = {
    ...ctx,
    connect,
    ...loginOf(settings, url),
    url,
    database: url.database ?? settings.databaseName ?? undefined,
  };
  let failure: unknown;
  for (const endpoint of endpointsOf(settings, url)) {
    const limit = within(settings.connectionTimeout, signal);
    try {
      return await driver({ ...base, endpoint, signal: limit });
    } catch (error) {
      signal.throwIfAborted();
      failure = limit.aborted ? tooLate(endpoint, settings.connectionTimeout) : error;
      if (!(failure instanceof ConnectorError) || failure.reason !== 'unavailable') throw failure;
    }
  }
  throw failure;
}

function loginOf({ useCredentials, username, password }: DatabaseSettings, url: JdbcUrl) {
  const user = useCredentials ? (username ?? undefined) : (url.parameters.get('user') ?? url.userInfo);
  return { user, password: (useCredentials && password) || new Secret(''), hasPassword: useCredentials };
}

/** A descriptor of Oracle's names its hosts itself. */
function endpointsOf({ dbType }: DatabaseSettings, { hosts }: JdbcUrl): readonly Endpoint[] {
  if (hosts.length === 0) return [{ host: '', port: DEFAULT_PORT[dbType] }];
  return hosts.map(({ host, port }) => ({ host, port: port === undefined ? DEFAULT_PORT[dbType] : Number(port) }));
}

const within = (ms: number, signal: AbortSignal): AbortSignal =>
  ms === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(ms)]);

const tooLate = ({ host, port }: Endpoint, ms: number): ConnectorError =>
  new ConnectorError('unavailable', `${host}:${port} did not answer within ${ms} ms (connectionTimeout).`);

/** Closes what a driver opened when `signal` fires before it is ready. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal, cut: () => void): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    cut();
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
