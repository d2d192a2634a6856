import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { testMail } from './testing-mail.ts';

const program = findDebianProgram('dovecot', 'dovecot-imapd');

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => pause(ms, undefined, { ...(signal && { signal }) }),
};
/** Waits for a tenth of a second where a minute is asked for. */
const hurriedClock = (): Clock => {
  let skipped = 0;
  return {
    now: () => performance.now() + skipped,
    async sleep(ms, signal) {
      skipped += ms;
      await pause(100, undefined, { ...(signal && { signal }) });
    },
  };
};

describe.skipIf(program === undefined)('a continuous read', () => {
  const mail = testMail(program === undefined ? undefined : { program });
  const { deliver, stream, client } = mail;

  /** Pages of a read until one fulfils the condition. */
  async function readUntil(
    pages: AsyncIterator<Page<JsonObject>>,
    isLast: (page: Page<JsonObject>) => boolean,
  ): Promise<Page<JsonObject>> {
    for (;;) {
      const { value, done } = await pages.next();
      if (done) throw new Error('the read ended early');
      if (isLast(value)) return value;
    }
  }
  const brings = (subject: string) => (page: Page<JsonObject>) =>
    page.upserts.some((row) => row['subject'] === subject);

  test('yields what arrives, changes and goes in the inbox while it waits', async () => {
    await deliver('INBOX', { subject: 'before' });
    const one = await stream('messages', { followMs: 600_000, clock: realClock });
    const pages = one.read(undefined)[Symbol.asyncIterator]();
    await readUntil(pages, (page) => page.complete === true);
    const next = readUntil(pages, brings('while'));
    const uid = await deliver('INBOX', { subject: 'while' });
    expect(await next).toMatchObject({ upserts: [{ mailbox: 'INBOX', flags: [] }] });

    const flagged = readUntil(pages, brings('while'));
    await client().mailboxOpen('INBOX');
    await client().messageFlagsAdd(String(uid), ['\\Flagged'], { uid: true });
    expect(await flagged).toMatchObject({ upserts: [{ flags: ['\\Flagged'] }] });

    const gone = readUntil(pages, (page) => (page.deletes?.length ?? 0) > 0);
    await client().messageDelete(String(uid), { uid: true });
    expect((await gone).deletes).toEqual([expect.stringMatching(new RegExp(`^INBOX/\\d+/${uid}$`))]);
    await pages.return?.();
  });

  test('asks the other mailboxes from time to time', async () => {
    const one = await stream('messages', { followMs: 600_000_000, clock: hurriedClock() });
    const pages = one.read(undefined)[Symbol.asyncIterator]();
    await readUntil(pages, (page) => page.complete === true);
    const next = readUntil(pages, brings('sent while it waits'));
    await deliver('Sent', { subject: 'sent while it waits' });
    expect(await next).toMatchObject({ upserts: [{ mailbox: 'Sent' }] });
    await pages.return?.();
  });

  test('ends when its time is over, and at once when it is aborted', async () => {
    const short = await stream('messages', { followMs: 60_000, clock: hurriedClock() });
    expect((await Array.fromAsync(short.read(undefined))).length).toBeGreaterThan(0);
    const abort = new AbortController();
    const long = await stream('messages', { followMs: 600_000, clock: realClock, signal: abort.signal });
    const pages = long.read(undefined)[Symbol.asyncIterator]();
    await readUntil(pages, (page) => page.complete === true);
    const next = readUntil(pages, () => false);
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });
});
