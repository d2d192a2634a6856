import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll } from 'vitest';
import type { Slice, Stream } from '../../kit/connector.ts';
import { Holding } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { type ProbeOptions, probeStream, readPages } from '../../testing/connector-probe.ts';
import { type RunningDovecot, startDovecot, type StartDovecotOptions } from '../../testing/dovecot.ts';
import { imap } from './index.ts';

export interface TestMail {
  server(): RunningDovecot;
  /** Another mail program on the same account. */
  client(): ImapFlow;
  /** Files a message and gives its UID. */
  deliver(path: string, message: Mail): Promise<number>;
  config(more?: object): object;
  credentials(): { readonly username: string; readonly password: string };
  stream(name: string, options?: Omit<ProbeOptions, 'config'> & { readonly config?: object }): Promise<Stream>;
}

export interface Mail {
  readonly subject?: string;
  readonly text?: string;
  /** More header lines; a content type replaces that of a plain text. */
  readonly headers?: readonly string[];
  /** Bytes of the body, instead of `text`. */
  readonly body?: Buffer;
  readonly flags?: string[];
  readonly arrived?: Date;
}

/** The bytes of a message. */
export function mailOf({ subject = 'Hello', text = 'Hello there.', headers = [], body }: Mail): Buffer {
  const fixed = [
    'From: Ann <ann@example.test>',
    'To: Bob <bob@example.test>',
    'Date: Tue, 03 Feb 2026 10:20:30 +0100',
    'MIME-Version: 1.0',
  ];
  const type = headers.some((line) => /^content-type:/i.test(line)) ? [] : ['Content-Type: text/plain; charset=utf-8'];
  const head = [`Subject: ${subject}`, ...fixed, ...type, ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.from(`${text}\r\n`, 'utf8')]);
}

/** A mail server for the tests of one file or one `describe`. */
export function testMail(options: StartDovecotOptions | undefined): TestMail {
  let server: RunningDovecot;
  let client: ImapFlow;
  beforeAll(async () => {
    if (!options) return;
    server = await startDovecot(options);
    client = await mailProgram(server);
  });
  afterAll(async () => {
    await client?.logout();
    await server?.stop();
  });
  const config = (more: object = {}) => ({ host: server.host, port: server.port, tls: 'none', ...more });
  const credentials = () => ({ username: server.user, password: server.password });
  return {
    server: () => server,
    client: () => client,
    async deliver(path, mail) {
      const filed = await client.append(path, mailOf(mail), mail.flags ?? [], mail.arrived ?? new Date());
      if (!filed || filed.uid === undefined)
        throw new Error('the server did not say under which UID it filed the message');
      return filed.uid;
    },
    config,
    credentials,
    stream: (name, given = {}) =>
      probeStream(imap, name, { ...given, config: config(given.config), credentials: credentials() }),
  };
}

/** A mail program that is logged in; whoever asks for one logs it out. */
export async function mailProgram({ host, port, user, password }: RunningDovecot): Promise<ImapFlow> {
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** An engine in small: reads from the last cursor and keeps what a store would hold. */
export class Reader {
  readonly holding = new Holding();
  cursor: unknown;
  readonly #stream: Stream;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Reads once to the end and gives the pages. */
  async read(stream = this.#stream, slice?: Slice): Promise<Page<JsonObject>[]> {
    this.holding.begin();
    const since = this.cursor === undefined ? undefined : stream.parseCursor(this.cursor);
    const pages = await readPages(stream, since, slice);
    for (const page of pages) {
      this.holding.take(stream, page);
      if (page.cursor !== undefined) this.cursor = JSON.parse(JSON.stringify(page.cursor));
    }
    return pages;
  }

  /** The fields of what is held, by key. */
  rows(): JsonObject[] {
    return this.holding.sorted().map(([, row]) => JSON.parse(row) as JsonObject);
  }

  keys(): string[] {
    return this.holding.sorted().map(([key]) => key);
  }
}
