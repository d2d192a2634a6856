import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { handClock, readPages } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { Reader, testMail } from './testing-mail.ts';

const program = findDebianProgram('dovecot', 'dovecot-imapd');

const servers: readonly [what: string, capability: string | undefined, seesFlags: boolean][] = [
  ['that has QRESYNC', undefined, true],
  [
    'that has CONDSTORE alone',
    'IMAP4rev1 ID ENABLE IDLE UIDPLUS CONDSTORE UNSELECT MOVE SPECIAL-USE LIST-STATUS',
    true,
  ],
  ['that has no extensions', 'IMAP4rev1 UIDPLUS', false],
];

describe.skipIf(program === undefined).each(servers)('changes on a server %s', (_what, capability, seesFlags) => {
  const mail = testMail(
    program === undefined ? undefined : { program, ...(capability !== undefined && { capability }) },
  );
  const { deliver, stream, client } = mail;
  const subjects = (reader: Reader): unknown[] => reader.rows().map((row) => row['subject']);
  let box = 0;
  let path = '';
  const open = () => client().mailboxOpen(path);
  const only = (more: object = {}) => ({ config: { include_mailboxes: [`${path}*`], ...more } });

  beforeEach(async () => {
    box += 1;
    path = `Box${box}`;
    await client().mailboxCreate(path);
  });

  test('come alone after the first read: inserts, flags and deletes', async () => {
    const [first, second] = [await deliver(path, { subject: 'one' }), await deliver(path, { subject: 'two' })];
    const reader = new Reader(await stream('messages', only()));
    const pages = await reader.read();
    expect(subjects(reader)).toEqual(['one', 'two']);
    expect(pages.at(-1)).toMatchObject({ complete: true });

    await deliver(path, { subject: 'three' });
    await open();
    await client().messageFlagsAdd(String(first), ['\\Seen', '$Work'], { uid: true });
    await client().messageDelete(String(second), { uid: true });
    const changes = await reader.read();
    expect(subjects(reader)).toEqual(['one', 'three']);
    expect(reader.rows()[0]?.['flags']).toEqual(seesFlags ? ['$Work', '\\Seen'] : []);
    expect(changes.flatMap((page) => page.upserts).map((row) => row['subject'])).toEqual(
      seesFlags ? ['one', 'three'] : ['three'],
    );
  });

  test('are none when nothing happened, and no mailbox is opened then', async () => {
    await deliver(path, { subject: 'one' });
    const reader = new Reader(await stream('messages', only()));
    await reader.read();
    await reader.read();
    const before = reader.cursor;
    const pages = await reader.read();
    expect(pages).toEqual([{ upserts: [], failures: [], cursor: before }]);
  });

  test('of a moved message are a delete and an insert', async () => {
    const uid = await deliver(path, { subject: 'moved' });
    await client().mailboxCreate(`${path}/Archive`);
    const reader = new Reader(await stream('messages', only()));
    await reader.read();
    await open();
    await client().messageMove(String(uid), `${path}/Archive`, { uid: true });
    await reader.read();
    expect(reader.rows()).toMatchObject([{ mailbox: `${path}/Archive`, subject: 'moved' }]);
  });

  test('of whole mailboxes are found: renamed, deleted, left out and new ones', async () => {
    for (const name of ['A', 'B', 'C']) {
      await client().mailboxCreate(`${path}/${name}`);
      await deliver(`${path}/${name}`, { subject: name });
    }
    const reader = new Reader(await stream('messages', only()));
    await reader.read();
    expect(subjects(reader)).toEqual(['A', 'B', 'C']);
    await client().mailboxRename(`${path}/A`, `${path}/Z`);
    await client().mailboxDelete(`${path}/B`);
    await reader.read();
    expect(reader.rows().map((row) => row['mailbox'])).toEqual([`${path}/C`, `${path}/Z`]);
    await reader.read(await stream('messages', only({ exclude_mailboxes: ['*/C'] })));
    expect(subjects(reader)).toEqual(['A']);
  });

  test('of UIDVALIDITY replace the messages of the mailbox and touch no other', async () => {
    await client().mailboxCreate(`${path}/Other`);
    await deliver(`${path}/Other`, { subject: 'stays' });
    await deliver(path, { subject: 'old' });
    const reader = new Reader(await stream('messages', only()));
    await reader.read();
    await client().mailboxDelete(path);
    await client().mailboxCreate(path);
    await deliver(path, { subject: 'new' });
    const pages = await reader.read();
    expect(pages.flatMap((page) => page.upserts).map((row) => row['subject'])).toEqual(['new']);
    expect(new Set(subjects(reader))).toEqual(new Set(['new', 'stays']));
  });

  test('are found from every cursor of a read that was broken off', async () => {
    for (let number = 1; number <= 5; number += 1) await deliver(path, { subject: `old ${number}` });
    const whole = new Reader(await stream('messages', only()));
    const first = await whole.read();
    await open();
    await client().messageDelete('2', { uid: true });
    await client().messageFlagsAdd('3', ['\\Seen'], { uid: true });
    for (let number = 1; number <= 210; number += 1) await deliver(path, { subject: `new ${number}` });
    const one = await stream('messages', only());
    const pages = await whole.read(one);
    expect(whole.keys()).toHaveLength(214);
    const cuts = pages.flatMap(({ cursor }, at) => (cursor === undefined ? [] : [at]));
    expect(cuts.length).toBeGreaterThan(2);
    for (const cut of cuts) {
      const resumed = new Reader(one);
      for (const page of first) resumed.holding.take(one, page);
      resumed.holding.begin();
      for (const page of pages.slice(0, cut + 1)) resumed.holding.take(one, page);
      resumed.cursor = JSON.parse(JSON.stringify(pages[cut]?.cursor));
      await resumed.read();
      expect(resumed.keys()).toEqual(whole.keys());
    }
  });

  test('of the window take away what has become too old', async () => {
    const now = Date.UTC(2026, 5, 15, 12);
    const clock = handClock(now);
    const days = (count: number) => new Date(now - count * 86_400_000);
    await deliver(path, { subject: 'too old', arrived: days(12) });
    await deliver(path, { subject: 'soon too old', arrived: days(9) });
    await deliver(path, { subject: 'fresh', arrived: days(1) });
    const options = { ...only({ since_days: 10 }), clock };
    const reader = new Reader(await stream('messages', options));
    await reader.read();
    expect(subjects(reader)).toEqual(['soon too old', 'fresh']);
    clock.set(now + 3 * 86_400_000);
    const pages = await reader.read();
    expect(subjects(reader)).toEqual(['fresh']);
    expect(pages.flatMap((page) => page.upserts)).toEqual([]);
  });

  test('do not take away what lies in a mailbox that cannot be opened now', async () => {
    await client().mailboxCreate(`${path}/Locked`);
    await client().mailboxCreate(`${path}/Other`);
    for (const name of ['Locked', 'Other']) await deliver(`${path}/${name}`, { subject: name, flags: ['\\Seen'] });
    const reader = new Reader(await stream('messages', only()));
    await reader.read();
    const folder = join(mail.server().mailFolder, `.${path}.Locked`, 'cur');
    await chmod(folder, 0);
    await client().mailboxDelete(`${path}/Other`);
    await deliver(`${path}/Locked`, { subject: 'more' });
    const pages = await reader.read();
    expect(pages.flatMap((page) => page.failures ?? [])).toMatchObject([{ key: `${path}/Locked`, code: 'unreadable' }]);
    expect(subjects(reader)).toContain('Locked');
    await chmod(folder, 0o700);
    await reader.read();
    expect(subjects(reader)).toEqual(['Locked', 'more']);
  });

  test('of attachments follow their messages', async () => {
    const attached = (name: string) => ({
      headers: ['Content-Type: multipart/mixed; boundary=cut'],
      body: Buffer.from(
        ['a', 'b']
          .map((one) => `--cut\r\nContent-Type: text/plain; name=${name}-${one}.txt\r\n\r\nwords\r\n`)
          .join('') + '--cut--\r\n',
      ),
    });
    const first = await deliver(path, attached('one'));
    await deliver(path, attached('two'));
    const reader = new Reader(await stream('attachments', only()));
    await reader.read();
    expect(reader.rows().map((row) => row['name'])).toEqual(['one-a.txt', 'one-b.txt', 'two-a.txt', 'two-b.txt']);
    await deliver(path, attached('three'));
    await open();
    await client().messageDelete(String(first), { uid: true });
    await reader.read();
    expect(reader.rows().map((row) => row['name'])).toEqual(['two-a.txt', 'two-b.txt', 'three-a.txt', 'three-b.txt']);
  });

  test('of settings that say how a message is read make the cursor worthless', async () => {
    const reader = new Reader(await stream('messages', only()));
    await reader.read();
    const other = await stream('messages', only({ max_message_bytes: 2_000 }));
    await expect(readPages(other, reader.cursor)).rejects.toMatchObject({ reason: 'cursor_expired' });
  });
});
