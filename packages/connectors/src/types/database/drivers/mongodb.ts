import type { MongoClientOptions } from 'mongodb';
import { ConnectorError } from '../../../kit/connector-error.ts';
import { missingDriver } from '../../../kit/missing-driver.ts';
import { abortable } from '../driver.ts';
import type { Driver, DriverContext } from '../driver.ts';

/** `AuthenticationFailed`, `Unauthorized`, `UserNotFound` ("Error Codes" of the server's manual). */
const REFUSED = new Set<unknown>([18, 13, 11]);

function toConnectorError(error: unknown, { endpoint }: DriverContext): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const doing = `Connecting to ${endpoint.host}:${endpoint.port}`;
  const said = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
  const code = (error as { readonly code?: unknown }).code;
  const options = { cause: error };
  if (REFUSED.has(code) || /auth(entication)? failed/i.test(said))
    return new ConnectorError('credential', `${doing}: ${said}. Check the user, the password and authSource.`, options);
  return new ConnectorError('unavailable', `${doing}: ${said}.`, options);
}

/** `isName`: the host is a name, which the certificate is checked with although an address is dialled. */
function clientOptions({ url, endpoint, settings }: DriverContext, isName: boolean): MongoClientOptions {
  const tls = /^true$/i.test(url.parameters.get('tls') ?? url.parameters.get('ssl') ?? '');
  const patience = settings.connectionTimeout === 0 ? 30_000 : settings.connectionTimeout;
  return {
    directConnection: true,
    maxPoolSize: 1,
    minPoolSize: 0,
    appName: 'tributary',
    serverSelectionTimeoutMS: patience,
    connectTimeoutMS: patience,
    ...(tls && { tls: true, ...(isName && { servername: endpoint.host }) }),
  };
}

/**
 * MongoDB 4.2 and later, by its own driver. It takes no socket, so it is given the address that the guard has checked, and told
 * not to look for other members of a replica set: these would be reached around the guard.
 */
export const connect: Driver = async (ctx) => {
  const { url, endpoint, user, password, signal } = ctx;
  if (/\+srv/i.test(url.scheme))
    throw new ConnectorError(
      'configuration',
      'Give the hosts themselves, as in mongodb://host:27017: mongodb+srv is not followed.',
    );
  const { MongoClient } = await import('mongodb').catch((cause: unknown) => {
    throw missingDriver('mongodb', 'MONGODB', cause);
  });
  const [first] = await ctx.resolve(endpoint.host);
  const address = first?.family === 6 ? `[${first.address}]` : (first?.address ?? '');
  const client = new MongoClient(`mongodb://${address}:${endpoint.port}/`, {
    ...clientOptions(ctx, first?.address !== endpoint.host),
    ...(user !== undefined && {
      auth: { username: user, password: password.reveal() },
      authSource: url.parameters.get('authsource') ?? ctx.database ?? 'admin',
    }),
  });
  const ping = async (): Promise<void> => {
    try {
      await client.db(ctx.database ?? 'admin').command({ ping: 1 });
    } catch (error) {
      throw toConnectorError(error, ctx);
    }
  };
  try {
    await abortable(client.connect(), signal, () => void client.close());
  } catch (error) {
    await client.close();
    signal.throwIfAborted();
    throw toConnectorError(error, ctx);
  }
  return { ping, close: () => client.close() };
};
