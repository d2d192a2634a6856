import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, giveToServer, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

export interface RunningTrapReceiver {
  readonly host: string;
  readonly port: number;
  /** What it has written of the notifications that it let in; OIDs as numbers. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts Debian's snmptrapd on a free loopback port with these lines about who may come in. */
export async function startTrapReceiver(
  program: string,
  access: readonly string[],
  port?: number,
): Promise<RunningTrapReceiver> {
  const folder = await serverFolder('snmptrapd');
  const bound = port ?? (await freePort());
  const config = join(folder, 'snmptrapd.conf');
  const log = join(folder, 'received.log');
  const lines = [`[snmp] persistentDir ${folder}/state`, `snmpTrapdAddr udp:${HOST}:${bound}`, ...access];
  await writeFile(config, `${lines.join('\n')}\n`);
  await giveToServer(folder);
  const args = ['-f', '-C', '-c', config, '-On', '-m', '', '-Lf', log];
  const server = startOwnedProcess(program, args, folder);
  const read = async (): Promise<string> => await readFile(log, 'utf8').catch(() => '');
  await untilReady(server, async () => (await read()).includes('NET-SNMP version'));
  return { host: HOST, port: bound, log: read, stop: () => server.stop() };
}
