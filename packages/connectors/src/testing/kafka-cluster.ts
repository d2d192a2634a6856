import { freePort, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

export interface RunningKafka {
  /** `host:port,host:port`. */
  readonly servers: string;
  stop(): Promise<void>;
}

/**
 * Starts the brokers that librdkafka brings for tests (Debian's kcat carries them): the wire protocol and storage in memory,
 * topics with four partitions that are made when they are asked for; no logins and no TLS.
 */
export async function startKafkaCluster(program: string, brokers = 2): Promise<RunningKafka> {
  const folder = await serverFolder('kafka');
  const args = [
    '-C',
    '-q',
    '-t',
    `keeper${await freePort()}`,
    '-b',
    'replaced',
    '-d',
    'mock',
    '-X',
    `test.mock.num.brokers=${brokers}`,
  ];
  const server = startOwnedProcess(program, args, folder);
  let servers = '';
  // It says everything that it does, so its first words are soon out of what is kept.
  await untilReady(server, () => {
    servers = /bootstrap\.servers=([\d.:,]+)/.exec(server.said())?.[1] ?? servers;
    return Promise.resolve(servers !== '');
  });
  return { servers, stop: () => server.stop() };
}
