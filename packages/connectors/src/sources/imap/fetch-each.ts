import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import type { OpenMailbox } from './mail-kind.ts';
import { openMailbox } from './open-mailbox.ts';

export interface Fetched {
  /** In the order of the server; messages that are gone are missing. */
  readonly found: readonly FetchMessageObject[];
  /** UIDs of messages that the server cannot read itself. */
  readonly refused: readonly number[];
}

/**
 * Asks for something of many messages at once. Where the server says no, or even hangs up with words (Dovecot does, over a
 * damaged message), it is asked for halves, so that a broken message costs only itself.
 */
export async function fetchEach(
  mailbox: OpenMailbox,
  uids: readonly number[],
  query: FetchQueryObject,
): Promise<Fetched> {
  const { session, path } = mailbox;
  try {
    return { found: await session.client.fetchAll([...uids], query, { uid: true }), refused: [] };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === 'other') throw error;
    if (trouble === 'cut') {
      await session.reopen();
      await openMailbox(session.client, path);
    }
    if (uids.length <= 1) return { found: [], refused: uids };
    const middle = Math.ceil(uids.length / 2);
    const first = await fetchEach(mailbox, uids.slice(0, middle), query);
    const second = await fetchEach(mailbox, uids.slice(middle), query);
    return { found: [...first.found, ...second.found], refused: [...first.refused, ...second.refused] };
  }
}

/** A line that is lost without a word says nothing of the message. */
function troubleOf(error: unknown): 'no' | 'cut' | 'other' {
  if (!(error instanceof Error)) return 'other';
  if ('responseStatus' in error && error.responseStatus === 'NO') return 'no';
  return 'reason' in error && typeof error.reason === 'string' ? 'cut' : 'other';
}
