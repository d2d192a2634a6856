import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:net';
import { once } from 'node:events';
import { freePort, giveToServer, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

export interface RunningRsyslog {
  readonly host: string;
  /** For UDP and TCP alike. */
  readonly port: number;
  /** What it has written, one message a line: facility, severity, host, application, message id and text, with `|` between. */
  lines(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const TEMPLATE =
  '%syslogfacility-text%|%syslogseverity-text%|%hostname%|%app-name%|%msgid%|%timereported:::date-rfc3339%|%msg%\\n';

/** Starts Debian's rsyslog with a configuration of its own on a free loopback port; the machine's own is not touched. */
export async function startRsyslog(program: string, port?: number): Promise<RunningRsyslog> {
  const folder = await serverFolder('rsyslog');
  const bound = port ?? (await freePort());
  const config = join(folder, 'rsyslog.conf');
  const log = join(folder, 'received.log');
  await writeFile(
    config,
    `global(workDirectory="${folder}" maxMessageSize="16k")
     module(load="imudp") module(load="imtcp")
     template(name="plain" type="string" string="${TEMPLATE}")
     ruleset(name="all") { action(type="omfile" file="${log}" template="plain") }
     input(type="imudp" address="${HOST}" port="${bound}" ruleset="all")
     input(type="imtcp" address="${HOST}" port="${bound}" ruleset="all")
    `,
  );
  await giveToServer(folder);
  const server = startOwnedProcess(program, ['-n', '-f', config, '-i', join(folder, 'pid')], folder);
  await untilReady(server, () => accepts(bound));
  return {
    host: HOST,
    port: bound,
    lines: async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    stop: () => server.stop(),
  };
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
