import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { proftpdProgram, startProftpd } from '../../testing/proftpd.ts';
import { sftpProgram, startSftp } from '../../testing/sftp-server.ts';
import { ftp } from './index.ts';

const LONG_AGO = new Date('2026-01-01T12:00:00Z');

async function fill(folder: string): Promise<void> {
  for (const name of ['docs', 'docs/a', 'notes']) await mkdir(join(folder, name));
  for (let at = 0; at < 230; at += 1) {
    const path = join(folder, ['docs', 'docs/a', 'notes'][at % 3]!, `${at}.txt`);
    await writeFile(path, `File ${at}`);
    await utimes(path, LONG_AGO, LONG_AGO);
  }
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly files: string;
  stop(): Promise<void>;
}

function keepsTheContract(protocol: string, start: () => Promise<Server>, folder: (files: string) => string): void {
  let server: Server;
  describeConnector(ftp, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      server = await start();
      await fill(server.files);
      const { host, port, user: username, password, files } = server;
      return { config: { host, port, username, password, protocol, workingDir: folder(files) }, credentials: {} };
    },
    cleanup: () => server.stop(),
  });
}

describe.skipIf(proftpdProgram === undefined)('over FTP', () =>
  keepsTheContract('FTP', startProftpd, (files) => files),
);
describe.skipIf(sftpProgram === undefined)('over SFTP', () => keepsTheContract('SFTP', startSftp, (files) => files));
