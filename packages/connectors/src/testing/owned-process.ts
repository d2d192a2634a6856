import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Who a server runs as; servers that refuse root, or should not have it, run as `nobody` when root runs the tests. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface OwnedProcess {
  /** What it has written to its standard output and error, the last 8,000 characters. */
  said(): string;
  readonly isOver: boolean;
  /** Terminates it, waits for its end and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

const NOBODY: Account = { uid: 65_534, gid: 65_534 };
const READY_WITHIN_MS = 60_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function serverAccount(): Account {
  const { uid, gid } = userInfo();
  return uid === 0 ? NOBODY : { uid, gid };
}

/** A new temporary folder that belongs to the account. */
export async function serverFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `tributary-${name}-`));
  const { uid, gid } = serverAccount();
  await chown(folder, uid, gid);
  return folder;
}

/** Gives the files of a folder (one level) to the account. */
export async function giveToServer(folder: string): Promise<void> {
  const { uid, gid } = serverAccount();
  for (const name of await readdir(folder)) await chown(join(folder, name), uid, gid);
}

/** A loopback port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/**
 * Starts a server in a folder of its own. Its parent is a shell that waits for the end of its input; the other end of that
 * pipe is ours, so the server is terminated and its folder removed when we end, even by SIGKILL.
 */
export function startOwnedProcess(command: string, args: readonly string[], folder: string): OwnedProcess {
  const guard = [
    // A signal to our whole process group reaches the shell too, which still has to tidy up.
    'trap : TERM INT HUP',
    'exec 3<&0; "$@" 3<&- & server=$!',
    // What the shell says of killed jobs must not end it when nobody listens any more.
    'exec > /dev/null 2>&1',
    '(while read -r _ <&3; do :; done; kill -TERM $server) & watcher=$!',
    'while kill -0 $server 2> /dev/null; do wait $server; code=$?; done; kill $watcher 2> /dev/null',
    'rm -rf -- "$0"; exit $code',
  ].join('\n');
  const child = spawn('/bin/sh', ['-c', guard, folder, command, ...args], {
    ...serverAccount(),
    cwd: folder,
    // MariaDB removes the temporary tables that it finds at its start, so each server has its own folder for such things.
    env: { PATH, LC_ALL: 'C', TZ: 'UTC', TMPDIR: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  let isOver = false;
  const listen = (chunk: Buffer): void => void (said = (said + chunk.toString('utf8')).slice(-8_000));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', listen);
  child.once('exit', () => (isOver = true));
  child.once('error', (error) => {
    said += error.message;
    isOver = true;
  });
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) (handle as { unref?: () => void }).unref?.();
  return {
    said: () => said,
    get isOver() {
      return isOver;
    },
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

/** Waits until `answers` is true. Throws what the server said when it ends first, or after a minute; it is stopped then. */
export async function untilReady(server: OwnedProcess, answers: () => Promise<boolean>): Promise<void> {
  const give = Date.now() + READY_WITHIN_MS;
  while (!server.isOver && Date.now() < give) {
    if (await answers()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const said = server.said();
  await server.stop();
  throw new Error(`The server did not start: ${said || 'it said nothing'}`);
}
