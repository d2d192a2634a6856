import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Holding, jsonCopy, startReading } from '../../kit/contract-reading.ts';
import { proftpdProgram, startProftpd } from '../../testing/proftpd.ts';
import { sftpProgram, startSftp } from '../../testing/sftp-server.ts';
import type { RunningSftp } from '../../testing/sftp-server.ts';
import { ftp } from './index.ts';

const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');

interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly files: string;
  stop(): Promise<void>;
}

const readingOf = ({ host, port, user: username, password }: Place, more: object) =>
  startReading(ftp, { config: { host, port, username, password, ...more }, credentials: {} });

async function sync(place: Place, more: object, since?: unknown, holding = new Holding()) {
  const reading = readingOf(place, more);
  try {
    const [stream] = await ftp.discover(reading.ctx);
    holding.begin();
    const pages = [];
    const from = since === undefined ? undefined : stream!.parseCursor(jsonCopy(since));
    for await (const page of stream!.read(from)) {
      pages.push(page);
      holding.take(stream!, page);
    }
    return {
      read: pages.flatMap((page) => page.upserts.map((row) => stream!.key(row))),
      rows: pages.flatMap((page) => page.upserts),
      failures: pages.flatMap((page) => page.failures ?? []),
      complete: pages.at(-1)!.complete ?? false,
      cursor: pages.at(-1)!.cursor,
      holding,
    };
  } finally {
    await reading.close();
  }
}

const check = async (place: Place, more: object) => {
  const reading = readingOf(place, more);
  try {
    return await ftp.check(reading.ctx);
  } finally {
    await reading.close();
  }
};

let number = 0;

/** What is the same whatever the server speaks. */
function describeReading(title: string, start: () => Promise<Place>, settings: object, dates = true): void {
  describe(title, () => {
    let place: Place;
    let folder: string;
    const put = async (path: string, content: string, at = '2026-01-01T12:00:00Z'): Promise<void> => {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), content);
      await utimes(join(folder, path), new Date(at), new Date(at));
    };
    const run = (since?: unknown, holding?: Holding, more: object = {}) =>
      sync(place, { ...settings, workingDir: folder, ...more }, since, holding);

    beforeAll(async () => {
      place = await start();
    });
    afterAll(() => place.stop());
    beforeEach(async () => {
      folder = join(place.files, `test-${(number += 1)}`);
      await mkdir(folder);
    });

    test('reads what changed since the last run, and finds what is gone', async () => {
      await put('a.md', '# One\n\nfirst');
      await put('deep/er/b ü.txt', 'two');
      await put('deep.txt', 'three');
      const first = await run();
      expect(first.read).toEqual(['a.md', 'deep.txt', 'deep/er/b ü.txt']);
      expect(first.rows[0]).toMatchObject({ title: 'One', size: 12 });
      expect(first.rows[0]?.['modified_at']).toBe(dates ? '2026-01-01T12:00:00.000Z' : undefined);
      expect((await run(first.cursor)).read).toEqual([]);
      await put('deep.txt', 'three, but longer', '2026-01-02T12:00:00Z');
      await put('late.txt', 'came with an old date', '2001-01-01T12:00:00Z');
      await rm(join(folder, 'a.md'));
      const second = await run(first.cursor, first.holding);
      expect(second.read).toEqual(['deep.txt', 'late.txt']);
      expect([...second.holding.records.keys()].toSorted()).toEqual(['deep.txt', 'deep/er/b ü.txt', 'late.txt']);
    });

    // Where the server tells no times there is nothing to see.
    test.for(dates ? ['with the times of its server'] : [])(
      'reads a file that may still be written once more, %s',
      async () => {
        await put('now.txt', 'just now', new Date().toISOString());
        const first = await run();
        expect((await run(first.cursor)).read).toEqual(['now.txt']);
      },
    );

    test('takes what the patterns say, names what is too large, and passes links over', async () => {
      await put('a.txt', 'a');
      await put('b.log', 'b');
      await put('big.txt', 'x'.repeat(5_000));
      await put('skip/c.txt', 'c');
      await symlink('/etc', join(folder, 'etc'));
      const found = await run(undefined, undefined, { exclude: ['**/*.log', 'skip/**'], max_file_bytes: 4_999 });
      expect(found.read).toEqual(['a.txt', 'big.txt']);
      expect(found.failures).toMatchObject([{ key: 'big.txt', code: 'too_large' }]);
    });

    test('reads files of several megabytes as they are', async () => {
      const content = Array.from({ length: 300_000 }, (_, at) => `line ${at}`).join('\n');
      await put('large.txt', content);
      expect((await run()).rows[0]?.['text']).toBe(content);
    });

    test('says what to change when the folder is not there, or the login is refused', async () => {
      const missing = { ...settings, workingDir: `${folder}/missing` };
      await expect(check(place, missing)).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('workingDir'),
      });
      await expect(sync(place, missing)).rejects.toMatchObject({ reason: 'configuration' });
      const refused = await check(place, { ...settings, password: 'canary-wrong' }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ reason: 'credential' });
      expect((refused as Error).message).not.toContain('canary');
    });
  });
}

if (proftpdProgram !== undefined) {
  describeReading('over FTP', startProftpd, { protocol: 'FTP' });
  const withoutMlsd = () => startProftpd({ settings: ['<Limit MLSD>', 'DenyAll', '</Limit>'] });
  describeReading('over FTP without MLSD', withoutMlsd, { protocol: 'FTP' }, false);
  describeReading('over explicit FTPS', () => startProftpd({ tls: pem, requireTls: true }), {
    protocol: 'FTPS',
    useExplicit: true,
    ca: pem,
  });
  describeReading('over implicit FTPS', () => startProftpd({ tls: pem, implicit: true }), {
    protocol: 'FTPS',
    useImplicit: true,
    sslProtocol: 'TLSv1.2',
    ca: pem,
  });
}
if (sftpProgram !== undefined) describeReading('over SFTP', startSftp, { protocol: 'SFTP' });

describe.skipIf(proftpdProgram === undefined)('FTPS', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startProftpd({ tls: pem, requireTls: true });
  });
  afterAll(() => place.stop());

  test('is refused when nobody known signed the certificate', async () => {
    await expect(check(place, { protocol: 'FTPS', useExplicit: true })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('certificate is not trusted'),
    });
  });

  test('is what FTP is told to be where the server wants it', async () => {
    await expect(check(place, { protocol: 'FTP' })).rejects.toMatchObject({
      message: expect.stringContaining('SSL/TLS required'),
    });
  });

  test('needs exactly one way of TLS', async () => {
    await expect(check(place, { protocol: 'FTPS' })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('exactly one'),
    });
  });
});

describe.skipIf(sftpProgram === undefined)('SFTP', () => {
  let place: RunningSftp;
  beforeAll(async () => {
    place = await startSftp();
    for (let at = 0; at < 40; at += 1) await writeFile(join(place.files, `${at}.txt`), `File ${at}`);
  });
  afterAll(() => place.stop());
  const settings = { protocol: 'SFTP' };

  test('takes the host key that is named, and no other', async () => {
    expect(await check(place, { ...settings, workingDir: place.files, hostKey: place.fingerprint })).toBeDefined();
    await expect(check(place, { ...settings, hostKey: 'SHA256:AAAA' })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('another key'),
    });
  });

  test('goes on after the connection was lost in the middle of a read', async () => {
    const reading = readingOf(place, { ...settings, workingDir: place.files });
    const [stream] = await ftp.discover(reading.ctx);
    const { now } = reading.ctx.clock;
    let reads = 0;
    const clock = { ...reading.ctx.clock, now };
    const [watched] = await ftp.discover({
      ...reading.ctx,
      clock,
      connect: async (target) => {
        reads += 1;
        const socket = await reading.ctx.connect(target);
        if (reads === 1) {
          let got = 0;
          socket.on('data', (chunk: Buffer) => {
            got += chunk.length;
            if (got > 8_000) socket.destroy();
          });
        }
        return socket;
      },
    });
    const pages = await Array.fromAsync(watched!.read(undefined));
    expect(pages.flatMap((page) => page.upserts)).toHaveLength(40);
    expect(reads).toBe(2);
    expect(stream).toBeDefined();
    await reading.close();
  });

  test('does not call a folder gone that it may not list', async () => {
    const folder = join(place.files, 'box');
    await mkdir(join(folder, 'inner'), { recursive: true });
    await writeFile(join(folder, 'inner/a.txt'), 'a');
    const more = { ...settings, workingDir: folder };
    const first = await sync(place, more);
    await rename(join(folder, 'inner'), join(folder, 'moved'));
    const second = await sync(place, more, first.cursor, first.holding);
    expect([...second.holding.records.keys()]).toEqual(['moved/a.txt']);
  });
});

test('a placeholder that nobody filled in is named', async () => {
  const nowhere = { host: '${HOST}', port: 1, user: 'a', password: 'b', files: '', stop: () => Promise.resolve() };
  await expect(check(nowhere, { protocol: 'FTP' })).rejects.toMatchObject({
    reason: 'configuration',
    message: expect.stringContaining('host'),
  });
});
