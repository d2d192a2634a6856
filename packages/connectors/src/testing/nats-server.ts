import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, giveToServer, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

export interface StartNatsOptions {
  /** The program, as `findDebianProgram('nats-server', 'nats-server')` finds it. */
  readonly program: string;
  /** The part of the server's configuration that says who may come in; everybody by default. */
  readonly authorization?: string;
  /** Demand TLS with this private key and certificate, one PEM text. */
  readonly tls?: string;
  /** Without JetStream when `false`. */
  readonly jetstream?: boolean;
}

export interface RunningNats {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts Debian's NATS server with JetStream on a free loopback port; its data goes with it. */
export async function startNats(options: StartNatsOptions): Promise<RunningNats> {
  const folder = await serverFolder('nats');
  const port = await freePort();
  const config = join(folder, 'nats.conf');
  const pem = join(folder, 'server.pem');
  if (options.tls !== undefined) await writeFile(pem, options.tls, { mode: 0o600 });
  await writeFile(
    config,
    `host: "${HOST}"
     port: ${port}
     ${options.jetstream === false ? '' : `jetstream { store_dir: "${folder}/data" }`}
     ${options.tls === undefined ? '' : `tls { cert_file: "${pem}", key_file: "${pem}" }`}
     ${options.authorization ?? ''}`,
  );
  await giveToServer(folder);
  const server = startOwnedProcess(options.program, ['-c', config], folder);
  await untilReady(server, () => greets(port));
  return { host: HOST, port, stop: () => server.stop() };
}

async function greets(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    return greeting.toString('latin1').startsWith('INFO ');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
