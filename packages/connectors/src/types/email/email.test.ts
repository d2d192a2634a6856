import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeConnectionType, sampleNotice } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import type { Trial } from '../../kit/testing-type-trial.ts';
import { email } from './index.ts';

const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
const PASSWORD = 'canary-pass-5512';

interface Mailbox {
  readonly port: number;
  /** Mails as they came over the line. */
  readonly mails: string[];
  /** Whether each login and mail came over TLS. */
  readonly secured: boolean[];
  stop(): Promise<void>;
}

async function startMailbox(options: SMTPServerOptions = {}, port = 0, mails: string[] = []): Promise<Mailbox> {
  const secured: boolean[] = [];
  const server = new SMTPServer({
    key: pem,
    cert: pem,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, session, callback) {
      secured.push(session.secure);
      if (username === 'ada' && password === PASSWORD) callback(null, { user: username });
      else callback(new Error(`Invalid login of ${username} with ${password}`));
    },
    onData(stream, session, callback) {
      secured.push(session.secure);
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString('utf8'));
        callback(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listener = server.listen(port, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    mails,
    secured,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const open: Mailbox[] = [];
const trials: Trial[] = [];

afterEach(async () => {
  for (const trial of trials.splice(0)) await trial.close();
  for (const mailbox of open.splice(0)) await mailbox.stop();
});

async function mailboxWith(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const mailbox = await startMailbox(options);
  open.push(mailbox);
  return mailbox;
}

const trust = [{ name: 'mail.smtp.ssl.trust', value: '*' }];
const settings = (changes: JsonObject): JsonObject => ({
  host: '127.0.0.1',
  from: 'tributary@example.test',
  addressToTest: 'ops@example.test',
  ...changes,
});
const login = { auth: true, username: 'ada', password: PASSWORD };

function trialOf(changes: JsonObject): Trial {
  const trial = startTrial(email, settings(changes));
  trials.push(trial);
  return trial;
}

describeConnectionType(email, {
  least: { host: 'mail.example.test' },
  full: {
    host: 'mail.example.test',
    port: 2525,
    enableStartTls: true,
    auth: true,
    username: 'ada',
    password: PASSWORD,
    defaultEncoding: 'ISO-8859-1',
    addressToTest: 'ops@example.test',
    from: 'Tributary <tributary@example.test>',
    additionalProperties: [{ name: 'mail.smtp.timeout', key: null, value: '1000' }],
  },
  canaries: [PASSWORD],
  unfit: {
    'a login without a user name': { settings: { auth: true, password: PASSWORD }, field: 'username' },
    'a login without a password': { settings: { auth: true, username: 'ada' }, field: 'password' },
    'a port out of range': { settings: { port: 65_536 }, field: 'port' },
  },
  network: {
    at: (host, port) => ({ host, port }),
    impatient: {
      additionalProperties: [
        { name: 'mail.smtp.timeout', value: '300' },
        { name: 'mail.smtp.connectiontimeout', value: '300' },
      ],
    },
  },
  async live() {
    const mails: string[] = [];
    let mailbox = await startMailbox({}, 0, mails);
    const { port } = mailbox;
    return {
      settings: settings({ port, ...login }),
      refusedCredentials: { password: 'canary-wrong-pass' },
      received: (title) => vi.waitFor(() => expect(mails.join('\n')).toContain(`Subject: ${title}`)),
      async restart() {
        await mailbox.stop();
        mailbox = await startMailbox({}, port, mails);
      },
      stop: () => mailbox.stop(),
    };
  },
});

describe('a mail', () => {
  test('carries the notice, and is the same mail when it is sent twice', async () => {
    const mailbox = await mailboxWith();
    const opened = await trialOf({ port: mailbox.port }).open();
    const notice = { ...sampleNotice('Crème brûlée\r\nBcc: eve@example.test'), text: 'Zwölf\nZeilen' };
    await opened.notify?.(notice);
    await opened.notify?.(notice);
    const [mail = '', again = ''] = mailbox.mails;
    expect(mail).toMatch(/^From: tributary@example\.test/m);
    expect(mail).toMatch(/^To: ops@example\.test/m);
    expect(mail).not.toMatch(/^Bcc:/m);
    expect(mail).toMatch(/^Date: Thu, 26 Nov 2026 12:30:15 \+0000/m);
    expect(mail).toMatch(/^X-Tributary-Kind: sync\.failed/m);
    expect(mail).toMatch(/^X-Priority: 1/m);
    const id = /^Message-ID: .*$/m.exec(mail)?.[0];
    expect(id).toContain(notice.id);
    expect(again).toContain(String(id));
  });

  test('goes to the recipients of the property mail.to when there is one', async () => {
    const mailbox = await mailboxWith();
    const to = [{ key: 'mail.to', value: 'a@example.test, b@example.test' }];
    await (await trialOf({ port: mailbox.port, additionalProperties: to }).open()).notify?.(sampleNotice('x'));
    expect(mailbox.mails[0]).toMatch(/^To: a@example\.test, b@example\.test/m);
  });

  test.each([
    ['a recipient', { addressToTest: null }, /addressToTest/],
    ['a sender', { from: null }, /Set from/],
  ])('needs %s, and says which field gives one', async (_what, changes, words) => {
    const mailbox = await mailboxWith();
    const opened = await trialOf({ port: mailbox.port, ...changes }).open();
    const sending = opened.notify?.(sampleNotice('x'));
    await expect(sending).rejects.toMatchObject({ reason: 'configuration', message: expect.stringMatching(words) });
  });

  test('that the server does not take is an error that says what it said', async () => {
    const full = await mailboxWith({ onRcptTo: (_address, _session, callback) => callback(new Error('no such box')) });
    const opened = await trialOf({ port: full.port }).open();
    await expect(opened.notify?.(sampleNotice('x'))).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringMatching(/refused the sender or the recipient.*no such box/),
    });
    const busy = await mailboxWith({
      onMailFrom: (_address, _session, callback) => callback(Object.assign(new Error('busy'), { responseCode: 451 })),
    });
    const later = await trialOf({ port: busy.port }).open();
    await expect(later.notify?.(sampleNotice('x'))).rejects.toMatchObject({ reason: 'unavailable' });
  });
});

describe('the way of a mail', () => {
  test('is TLS from STARTTLS on when that is asked for', async () => {
    const mailbox = await mailboxWith({ allowInsecureAuth: false });
    const trial = trialOf({ port: mailbox.port, enableStartTls: true, additionalProperties: trust, ...login });
    await trial.test();
    await (await trial.open()).notify?.(sampleNotice('x'));
    expect(mailbox.secured).toEqual([true, true, true]);
  });

  test('is not taken without TLS when the server has none', async () => {
    const mailbox = await mailboxWith({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const trial = trialOf({ port: mailbox.port, enableStartTls: true, ...login });
    await expect(trial.test()).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('enableStartTls'),
    });
    expect(mailbox.secured).toEqual([]);
  });

  test('is TLS from the start by the property, and its certificate must be trusted', async () => {
    const mailbox = await mailboxWith({ secure: true });
    const fromStart = { name: 'mail.smtp.ssl.enable', value: 'true' };
    await trialOf({ port: mailbox.port, additionalProperties: [fromStart, ...trust] }).test();
    for (const changes of [{ additionalProperties: [fromStart] }]) {
      await expect(trialOf({ port: mailbox.port, ...changes }).test()).rejects.toMatchObject({
        reason: 'unavailable',
        message: expect.stringContaining('certificate'),
      });
    }
    const plain = await mailboxWith();
    await expect(trialOf({ port: plain.port, enableStartTls: true }).test()).rejects.toMatchObject({
      message: expect.stringContaining('certificate'),
    });
  });

  test('tells a server that wants TLS before a login from one that refuses it', async () => {
    const mailbox = await mailboxWith({ allowInsecureAuth: false, authOptional: false });
    await expect(trialOf({ port: mailbox.port, ...login }).test()).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('enableStartTls'),
    });
  });
});
