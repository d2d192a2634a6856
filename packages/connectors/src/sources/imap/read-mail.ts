import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { type ImapContext, portOf } from './config.ts';
import type { MailCursor } from './cursor.ts';
import { follow } from './follow.ts';
import { toConnectorError } from './imap-error.ts';
import type { MailKind } from './mail-kind.ts';
import { MailRun } from './mail-run.ts';
import { openSession, type Session } from './open-session.ts';

/** Reads a stream of an account over a connection of its own; with a continuous schedule it stays and waits for changes. */
export async function* readMail<Row extends JsonObject>(
  ctx: ImapContext,
  kind: MailKind<Row>,
  since: MailCursor | undefined,
): AsyncGenerator<Page<Row, MailCursor>> {
  let session: Session | undefined;
  try {
    ctx.signal.throwIfAborted();
    session = await openSession(ctx);
    const run = new MailRun(ctx, session, kind, since);
    for await (const page of run.catchUp()) {
      yield page;
      ctx.signal.throwIfAborted();
    }
    const { followMs } = ctx.options;
    if (followMs !== undefined) yield* follow(ctx, session, run, followMs);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Reading ${ctx.config.host}:${portOf(ctx.config)}`);
  } finally {
    await session?.close();
  }
}
