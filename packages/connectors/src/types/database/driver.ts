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
  const limit =
    settings.connectionTimeout === 0
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(settings.connectionTimeout)]);
  const login = settings.useCredentials
    ? { user: settings.username ?? undefined, password: settings.password ?? new Secret('') }
    : { user: url.parameters.get('user') ?? url.userInfo, password: new Secret('') };
  let failure: unknown;
  for (const { host, port } of url.hosts.length === 0 ? [{ host: '', port: undefined }] : url.hosts) {
    const endpoint = { host, port: port === undefined ? DEFAULT_PORT[settings.dbType] : Number(port) };
    try {
      const database = url.database ?? settings.databaseName ?? undefined;
      return await driver({
        ...ctx,
        ...login,
        hasPassword: settings.useCredentials,
        url,
        endpoint,
        database,
        signal: limit,
      });
    } catch (error) {
      signal.throwIfAborted();
      failure = limit.aborted ? tooLate(endpoint, settings.connectionTimeout) : error;
      if (!(failure instanceof ConnectorError) || failure.reason !== 'unavailable') throw failure;
    }
  }
  throw failure;
}

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
