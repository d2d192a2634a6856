import type { Socket } from 'node:net';
import { ConnectorError } from '../../../kit/connector-error.ts';
import { missingDriver } from '../../../kit/missing-driver.ts';
import { abortable } from '../driver.ts';
import type { Driver, DriverContext } from '../driver.ts';

/** Numbers of the server's errors ("Database Engine events and errors") that say who has to act. */
const LOGIN_FAILED = new Set([18_456, 18_452, 18_470, 18_486, 18_487, 18_488]);
const NO_DATABASE = 4060;

const isOn = (value: string | undefined): boolean => /^(true|yes|1|strict|required?)$/i.test(value ?? '');

function toConnectorError(error: unknown, { endpoint }: DriverContext): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const doing = `Connecting to ${endpoint.host}:${endpoint.port}`;
  const said = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
  const { number, code } = error as { readonly number?: number; readonly code?: string };
  const options = { cause: error };
  if (code === 'ELOGIN' && number === NO_DATABASE)
    return new ConnectorError('configuration', `${doing}: ${said}. Check the name of the database.`, options);
  if (code === 'ELOGIN' || (number !== undefined && LOGIN_FAILED.has(number)))
    return new ConnectorError('credential', `${doing}: ${said}. Check the user and the password.`, options);
  if (/certificate|self-signed/i.test(said)) {
    const advice = 'Set trustServerCertificate=true in the URL, or let the server show a certificate that is trusted.';
    return new ConnectorError('configuration', `${doing}: ${said}. ${advice}`, options);
  }
  return new ConnectorError('unavailable', `${doing}: ${said}.`, options);
}

/** Microsoft SQL Server, by `tedious` on the guard's socket. */
export const connect: Driver = async (ctx) => {
  const { url, endpoint, user, password, signal, settings } = ctx;
  const { parameters } = url;
  if (parameters.has('instancename') && url.hosts[0]?.port === undefined)
    throw new ConnectorError('configuration', 'A named instance is found by its port only. Give the port in the URL.');
  const { default: tedious } = await import('tedious').catch((cause: unknown) => {
    throw missingDriver('tedious', 'SQL_SERVER', cause);
  });
  // The driver asks for its socket and never dials by itself; the first is opened here, so that its error is the guard's.
  let socket: Promise<Socket> | undefined = Promise.resolve(await ctx.connect(endpoint));
  const nextSocket = (): Promise<Socket> => {
    const next = socket ?? ctx.connect(endpoint);
    socket = undefined;
    return next;
  };
  const encrypt = parameters.get('encrypt') ?? 'true';
  const client = new tedious.Connection({
    server: endpoint.host,
    authentication: { type: 'default', options: { userName: user ?? '', password: password.reveal() } },
    options: {
      port: endpoint.port,
      connector: nextSocket,
      database: parameters.get('databasename') ?? parameters.get('database') ?? ctx.database ?? '',
      encrypt: /^strict$/i.test(encrypt) ? 'strict' : isOn(encrypt),
      trustServerCertificate: isOn(parameters.get('trustservercertificate')),
      connectTimeout: settings.connectionTimeout,
      appName: 'tributary',
    },
  });
  // A lost connection fails the request that waits; nobody else listens here.
  client.on('error', () => undefined);
  try {
    await abortable(
      new Promise<void>((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve()))),
      signal,
      () => client.close(),
    );
  } catch (error) {
    client.close();
    throw toConnectorError(error, ctx);
  }
  return {
    async ping() {
      await new Promise<void>((resolve, reject) => {
        client.execSql(
          new tedious.Request('SELECT 1', (error) => (error ? reject(toConnectorError(error, ctx)) : resolve())),
        );
      });
    },
    close() {
      client.close();
      return Promise.resolve();
    },
  };
};
