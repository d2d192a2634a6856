import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { ImapContext } from './config.ts';
import type { MailCursor } from './cursor.ts';
import type { MailRun } from './mail-run.ts';
import type { Session } from './open-session.ts';
import { openMailbox } from './open-mailbox.ts';

/** Mailboxes that are not watched are asked for their state so often. */
const POLL_MS = 15_000;

/**
 * Waits for changes and yields them as they come, until `followMs` have passed. A connection can watch one mailbox (IDLE,
 * RFC 2177): the inbox, else the first; the others are asked for their state from time to time.
 */
export async function* follow<Row extends JsonObject>(
  ctx: ImapContext,
  session: Session,
  run: MailRun<Row>,
  followMs: number,
): AsyncGenerator<Page<Row, MailCursor>> {
  const end = ctx.clock.now() + followMs;
  let said: string | undefined;
  for (let now = ctx.clock.now(); now < end; now = ctx.clock.now()) {
    const watched = run.watched;
    const isTouched = await waitForChange(ctx, session, run, watched, Math.min(POLL_MS, end - now));
    const touched = new Set(isTouched && watched !== undefined ? [watched] : []);
    for await (const page of run.catchUp(touched)) {
      const cursor = page.cursor && JSON.stringify(page.cursor);
      if (namesRecords(page) || cursor !== said) yield page;
      if (cursor !== undefined) said = cursor;
    }
  }
}

const namesRecords = ({ upserts, deletes = [], present = [] }: Page): boolean =>
  upserts.length + deletes.length + present.length > 0;

/** Resolves with whether the watched mailbox changed, at the latest after `ms`. Rejects when the connection is lost. */
async function waitForChange<Row extends JsonObject>(
  { clock, signal }: ImapContext,
  session: Session,
  run: MailRun<Row>,
  watched: string | undefined,
  ms: number,
): Promise<boolean> {
  const { client } = session;
  const pause = new AbortController();
  const patience = clock.sleep(ms, AbortSignal.any([signal, pause.signal]));
  patience.catch(() => undefined);
  if (watched === undefined || !client.capabilities.has('IDLE')) return await patience.then(() => false);
  const { promise: change, resolve } = Promise.withResolvers<boolean>();
  const onChange = (): void => resolve(true);
  const events = ['exists', 'expunge', 'flags', 'close'] as const;
  for (const event of events) client.on(event, onChange);
  try {
    const place = run.place(watched);
    const now = await openMailbox(client, watched);
    const isSame = place?.next === now.next && place.count === now.count && place.modseq === now.modseq;
    if (!isSame) return true;
    const idling = client.idle();
    const isChanged = await Promise.race([change, patience.then(() => false)]);
    // Any command ends IDLE, and this one costs least.
    await client.noop();
    await idling;
    return isChanged;
  } finally {
    for (const event of events) client.off(event, onChange);
    pause.abort();
  }
}
