import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, giveToServer, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

export interface StartRabbitMqOptions {
  /** Offer TLS on `tlsPort` with this private key and certificate, one PEM text. */
  readonly tls?: string;
}

export interface RunningRabbitMq {
  readonly host: string;
  /** AMQP 0-9-1 and, by its plugin, 1.0. */
  readonly port: number;
  readonly tlsPort: number;
  readonly stompPort: number;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'ann';
const PASSWORD = 'canary-pa55 word';
/** Debian's program in /usr/sbin changes to the account `rabbitmq`; this is what it starts. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/**
 * Starts Debian's RabbitMQ as a node of its own on free loopback ports, with the plugins for AMQP 1.0 and STOMP. The daemon in
 * which Erlang's nodes find each other is started beside it, and not by it: it would stay.
 */
export async function startRabbitMq({ tls }: StartRabbitMqOptions = {}): Promise<RunningRabbitMq> {
  const [folder, names] = [await serverFolder('rabbitmq'), await serverFolder('epmd')];
  const [port, tlsPort, stompPort, distPort, epmdPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const pem = join(folder, 'server.pem');
  if (tls !== undefined) await writeFile(pem, tls, { mode: 0o600 });
  const config = [
    `listeners.tcp.1 = ${HOST}:${port}`,
    `stomp.listeners.tcp.1 = ${HOST}:${stompPort}`,
    `default_user = ${USER}`,
    `default_pass = ${PASSWORD}`,
    'log.console.level = info',
    ...(tls === undefined
      ? []
      : [
          `listeners.ssl.1 = ${HOST}:${tlsPort}`,
          ...['cacertfile', 'certfile', 'keyfile'].map((name) => `ssl_options.${name} = ${pem}`),
        ]),
  ];
  await writeFile(join(folder, 'rabbitmq.conf'), `${config.join('\n')}\n`);
  await writeFile(join(folder, 'plugins'), '[rabbitmq_amqp1_0,rabbitmq_stomp].\n');
  await giveToServer(folder);
  const epmd = startOwnedProcess('epmd', ['-port', String(epmdPort), '-address', HOST], names);
  const environment = {
    HOME: folder,
    ERL_EPMD_PORT: epmdPort,
    RABBITMQ_NODENAME: `tributary${port}@localhost`,
    RABBITMQ_DIST_PORT: distPort,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
  };
  const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const server = startOwnedProcess('/usr/bin/env', [...set, PROGRAM], folder);
  const stop = async (): Promise<void> => {
    await server.stop();
    await epmd.stop();
  };
  try {
    await untilReady(server, async () => server.said().includes('Server startup complete') && (await accepts(port)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: HOST, port, tlsPort, stompPort, user: USER, password: PASSWORD, stop };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
