import type { Broker, Connection, ConnectionPool } from '@platformatic/kafka';
import type { CheckedAddress } from '../../kit/network-guard.ts';
import type { KafkaModule } from './load-kafka.ts';
import type { BaseOptions } from '@platformatic/kafka';

type Settle = (error: Error | null, connection?: Connection) => void;

interface Needs {
  readonly kafka: KafkaModule;
  readonly options: BaseOptions;
  readonly resolve: (host: string) => Promise<readonly CheckedAddress[]>;
}

/**
 * Makes a client of the library dial checked addresses only. It takes no socket, and every broker that the cluster names is
 * dialled by it, not only those that were configured; but all of that goes through `get` of its pool, which is replaced. The
 * name stays what TLS asks for and checks.
 */
export function guardPool(pool: ConnectionPool, needs: Needs): void {
  const connections = new Map<string, Promise<Connection>>();
  let isClosed = false;
  const keyOf = ({ host, port }: Broker): string => `${host}:${port}`;
  const get = (broker: Broker): Promise<Connection> => {
    const { NetworkError } = needs.kafka;
    if (isClosed) return Promise.reject(new NetworkError('The client is closed.', { canRetry: false }));
    // The library knows brokers that left the cluster as absent.
    if ((broker as Broker | undefined) === undefined)
      return Promise.reject(
        new NetworkError('The broker has left the cluster.', { canRetry: true, hasStaleMetadata: true }),
      );
    const key = keyOf(broker);
    const known = connections.get(key);
    if (known) return known;
    const forget = (): void => void connections.delete(key);
    const opening = dial(needs, broker, forget);
    connections.set(key, opening);
    opening.catch(forget);
    return opening;
  };
  pool.get = ((broker: Broker, callback?: Settle) => {
    const found = get(broker);
    if (!callback) return found;
    found.then(
      (connection) => callback(null, connection),
      (error: Error) => callback(error),
    );
    return undefined;
  }) as ConnectionPool['get'];
  pool.has = (broker) => connections.has(keyOf(broker));
  pool.isActive = () => connections.size > 0;
  pool.getEstablishedConnection = () => undefined;
  pool.close = ((callback?: (error: Error | null) => void) => {
    isClosed = true;
    const all = [...connections.values()].map((opening) => opening.then((one) => one.close()).catch(() => undefined));
    const closed = Promise.all(all).then(() => undefined);
    if (!callback) return closed;
    void closed.then(() => callback(null));
    return undefined;
  }) as ConnectionPool['close'];
}

/** The first of the checked addresses that answers. */
async function dial({ kafka, options, resolve }: Needs, { host, port }: Broker, lost: () => void): Promise<Connection> {
  const { Connection: KafkaConnection, NetworkError } = kafka;
  const addresses = await resolve(host).catch((cause: Error) => {
    // The library asks its errors whether to try again.
    throw new NetworkError(cause.message, { canRetry: false, cause });
  });
  let last: unknown;
  for (const { address } of addresses) {
    const isName = !/^[\d.]+$|:/.test(host);
    const connection = new KafkaConnection(options.clientId, { ...options, ...(isName && { tlsServerName: host }) });
    try {
      await connection.connect(address, port);
      connection.once('close', lost);
      connection.on('error', lost);
      return connection;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
