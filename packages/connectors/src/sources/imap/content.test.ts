import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { readPages, rowsByKey } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type Mail, testMail } from './testing-mail.ts';

/** Microseconds, of a name that dovecot gives to a file: `1795731234.M12345P99.host`. Its digits are not padded. */
function deliveredAt(name: string): number {
  const [, seconds, micros] = /^(\d+)\.M(\d+)/.exec(name) ?? [];
  return Number(seconds) * 1_000_000 + Number(micros);
}

const program = findDebianProgram('dovecot', 'dovecot-imapd');

const encoded = (type: string, encoding: string, body: Buffer | string): Mail => ({
  headers: [`Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`],
  body: Buffer.from(body as string),
});
const multipart = (kind: string, ...parts: readonly string[]): Mail => ({
  headers: [`Content-Type: multipart/${kind}; boundary="cut here"`],
  body: Buffer.from(parts.map((part) => `--cut here\r\n${part}\r\n`).join('') + '--cut here--\r\n'),
});
const gb2312 = Buffer.from([0xc4, 0xe3, 0xba, 0xc3]);

const docx = (): Buffer =>
  Buffer.from(
    zipSync({
      '[Content_Types].xml': strToU8(
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
      ),
      '_rels/.rels': strToU8(
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
      ),
      'word/document.xml': strToU8(
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Dear reader</w:t></w:r></w:p></w:body></w:document>',
      ),
    }),
  );
const lines = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}/g, '$&\r\n');

describe.skipIf(program === undefined)('the content of', () => {
  const mail = testMail(program === undefined ? undefined : { program });
  let messages: Stream;
  let box = 0;

  const read = async (given: Mail, config: object = {}): Promise<{ row: JsonObject; pages: Page<JsonObject>[] }> => {
    box += 1;
    await mail.client().mailboxCreate(`Box${box}`);
    await mail.deliver(`Box${box}`, given);
    messages = await mail.stream('messages', { config: { include_mailboxes: [`Box${box}`], ...config } });
    const pages = await readPages(messages);
    const [row = {}] = rowsByKey(messages, pages).values();
    return { row, pages };
  };
  const textOf = async (given: Mail) => (await read(given)).row['text'];

  describe('messages', () => {
    test.each<[what: string, given: Mail, text: string | undefined]>([
      ['UTF-8', { text: 'Grüße, 世界 🙂' }, 'Grüße, 世界 🙂'],
      [
        'Latin-1 in quoted-printable',
        encoded('text/plain; charset=iso-8859-1', 'quoted-printable', 'Gr=FC=DFe, soft=\r\n ware'),
        'Grüße, soft ware',
      ],
      ['Latin-1 in eight bits', encoded('text/plain; charset=latin1', '8bit', Buffer.from('Grüße', 'latin1')), 'Grüße'],
      ['GB2312 in Base64', encoded('text/plain; charset=gb2312', 'base64', lines(gb2312)), '你好'],
      ['UTF-7', encoded('text/plain; charset=utf-7', '7bit', 'Gr+APwA3w-e +- +ZeVnLIqe-'), 'Grüße + 日本語'],
      ['Shift JIS', encoded('text/plain; charset=Shift_JIS', '8bit', Buffer.from([0x93, 0xfa, 0x96, 0x7b])), '日本'],
      [
        'lines that flow',
        encoded('text/plain; format=flowed', '7bit', 'one long \r\nline\r\n> quoted\r\n'),
        'one long line\n> quoted',
      ],
      [
        'HTML alone',
        encoded('text/html; charset=utf-8', '7bit', '<style>p{}</style><p>Dear <b>Bob</b></p><p>Yours</p>'),
        'Dear Bob\n\nYours',
      ],
      [
        'alternatives',
        multipart('alternative', 'Content-Type: text/html\r\n\r\n<p>rich</p>', 'Content-Type: text/plain\r\n\r\nplain'),
        'plain',
      ],
      [
        'several texts',
        multipart('mixed', 'Content-Type: text/plain\r\n\r\nbody', 'Content-Type: text/plain\r\n\r\nfooter'),
        'body\n\nfooter',
      ],
      ['no words', { text: '' }, undefined],
      ['an unknown character set', encoded('text/plain; charset=x-klingon', '7bit', 'plain enough'), 'plain enough'],
      [
        'Base64 that is none',
        encoded('text/plain', 'base64', '*** not base64 ***'),
        expect.anything() as unknown as string,
      ],
      [
        'parts that do not end',
        { headers: ['Content-Type: multipart/mixed; boundary=cut'], body: Buffer.from('--cut\r\n\r\nstill here') },
        'still here',
      ],
    ])('with %s is text', async (_what, given, text) => {
      expect(await textOf(given)).toEqual(text);
    });

    test('has decoded headers, people, thread and times', async () => {
      const { row } = await read({
        subject: '=?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?8J+Zgg==?=',
        headers: [
          'Cc: =?utf-8?Q?J=C3=BCrgen_Sch=C3=B6n?= <j@example.test>, Team: a@example.test, b@example.test;',
          'Message-ID: <three@example.test>',
          'In-Reply-To: <two@example.test>',
          'References: <one@example.test>\r\n <two@example.test>',
          'List-Id: The list <list.example.test>',
        ],
        flags: ['\\Seen'],
        arrived: new Date('2026-02-04T00:00:00Z'),
      });
      expect(row).toMatchObject({
        subject: 'Grüße🙂',
        from: [{ name: 'Ann', address: 'ann@example.test' }],
        to: [{ name: 'Bob', address: 'bob@example.test' }],
        cc: [
          { name: 'Jürgen Schön', address: 'j@example.test' },
          { address: 'a@example.test' },
          { address: 'b@example.test' },
        ],
        message_id: '<three@example.test>',
        in_reply_to: '<two@example.test>',
        thread_id: '<one@example.test>',
        list_id: 'The list <list.example.test>',
        date: '2026-02-03T09:20:30.000Z',
        received_at: '2026-02-04T00:00:00.000Z',
        flags: ['\\Seen'],
      });
      expect(messages.describe?.(row)).toMatchObject({ name: 'Grüße🙂', createdAt: Date.UTC(2026, 1, 3, 9, 20, 30) });
      expect(messages.text?.(row)).toContain('Jürgen Schön <j@example.test>');
      expect(messages.fields?.(row)).not.toHaveProperty('text');
    });

    test('is there without any header that makes sense', async () => {
      await mail.client().mailboxCreate('Bare');
      await mail
        .client()
        .append(
          'Bare',
          Buffer.from('Date: the other day\r\nFrom: @@@\r\n\r\nbody\r\n'),
          [],
          new Date('2026-02-04T00:00:00Z'),
        );
      messages = await mail.stream('messages', { config: { include_mailboxes: ['Bare'] } });
      const [row = {}] = rowsByKey(messages, await readPages(messages)).values();
      expect(row).toMatchObject({ subject: '', date: '2026-02-04T00:00:00.000Z', text: 'body' });
      expect(messages.describe?.(row)?.name).toBe('(no subject)');
    });

    test('that the server itself cannot read is counted, and the others are read', async () => {
      await mail.client().mailboxCreate('Broken');
      for (const subject of ['one', 'two', 'three']) await mail.deliver('Broken', { subject, flags: ['\\Seen'] });
      const folder = join(mail.server().mailFolder, '.Broken', 'cur');
      const [, second = ''] = (await readdir(folder)).toSorted((one, other) => deliveredAt(one) - deliveredAt(other));
      await chmod(join(folder, second), 0);
      const one = await mail.stream('messages', { config: { include_mailboxes: ['Broken'] } });
      const pages = await readPages(one);
      const rows = [...rowsByKey(one, pages).values()];
      expect(rows.filter((row) => row['text'] === 'Hello there.').map((row) => row['subject'])).toEqual([
        'one',
        'three',
      ]);
      expect(pages.flatMap((page) => page.failures ?? [])).toMatchObject([
        { key: expect.stringMatching(/\/2$/), code: 'unreadable' },
      ]);
    });

    test('is cut where it is too long, and counted', async () => {
      const { row, pages } = await read({ text: 'word '.repeat(1_000) }, { max_message_bytes: 1_000 });
      expect((row['text'] as string).length).toBeLessThanOrEqual(1_000);
      expect(pages.flatMap((page) => page.failures ?? [])).toMatchObject([
        { key: messages.key(row), code: 'truncated' },
      ]);
    });
  });

  describe('attachments', () => {
    const part = (type: string, name: string, bytes: Buffer): string =>
      `Content-Type: ${type}\r\nContent-Disposition: attachment; ${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(bytes)}`;
    let rows: Map<string, JsonObject>;
    let pages: Page<JsonObject>[];
    let attachments: Stream;

    beforeAll(async () => {
      await mail.client().mailboxCreate('Files');
      await mail.deliver('Files', {
        subject: 'Papers',
        ...multipart(
          'mixed',
          'Content-Type: text/plain\r\n\r\nsee below',
          part('application/octet-stream', 'filename=letter.docx', docx()),
          part('text/plain; charset=utf-8', "filename*=utf-8''gr%C3%BC%C3%9Fe.txt", Buffer.from('Grüße')),
          part('application/pdf', 'filename="=?utf-8?Q?kaputt=21?="', Buffer.from('%PDF-1.7 nothing of a PDF')),
          part('text/plain', 'filename=large.txt', Buffer.alloc(9_000, 'x')),
          part('image/png', 'filename=photo.png', Buffer.from([1, 2, 3])),
          'Content-Type: image/gif\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nGIF',
          'Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?Q?Weiter?=\r\nContent-Type: text/html\r\n\r\n<p>Forwarded <b>words</b></p>',
        ),
      });
      attachments = await mail.stream('attachments', {
        config: { include_mailboxes: ['Files'], max_attachment_bytes: 5_000 },
      });
      pages = await readPages(attachments);
      rows = rowsByKey(attachments, pages);
    });

    test('is their text, under their decoded names', () => {
      const all = [...rows.values()];
      expect(all.map(({ name, text }) => [name, text])).toEqual([
        ['letter.docx', 'Dear reader'],
        ['grüße.txt', 'Grüße'],
        ['kaputt!', undefined],
        ['large.txt', undefined],
        ['photo.png', undefined],
        ['Weiter', 'Forwarded words'],
      ]);
      expect(all[0]).toMatchObject({ number: 1, subject: 'Papers', size: docx().length });
      expect(attachments.describe?.(all[0]!)).toMatchObject({
        name: 'letter.docx',
        breadcrumbs: [{ name: 'Files' }, { name: 'Papers', type: 'message' }],
      });
    });

    test('is counted where it cannot be had', () => {
      const failures = pages
        .flatMap((page) => page.failures ?? [])
        .map(({ key = '', code }) => [key.split('/').at(-1), code]);
      expect(failures).toEqual([
        ['3', 'broken'],
        ['4', 'too_large'],
      ]);
    });

    test('is named by their message', async () => {
      const one = await mail.stream('messages', { config: { include_mailboxes: ['Files'] } });
      const [row = {}] = rowsByKey(one, await readPages(one)).values();
      expect((row['attachments'] as JsonObject[]).map(({ name }) => name)).toHaveLength(6);
      expect(row['text']).toBe('see below');
    });
  });
});
