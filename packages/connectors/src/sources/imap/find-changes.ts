import type { ExpungeEvent, ImapFlow, SearchObject } from 'imapflow';
import type { Place } from './cursor.ts';
import { dayOf } from './window.ts';

export interface Changes {
  /** UIDs to read, ascending. */
  readonly read: readonly number[];
  /** UIDs that the server says are gone, or that have left the window. */
  readonly gone: ReadonlySet<number>;
  /** Something else is gone, and the server does not say what. */
  readonly unnamedDeletes: boolean;
}

export interface ChangeOptions {
  /** Read again what got other flags. */
  readonly showsFlags: boolean;
  /** First day of the window. */
  readonly since: string | undefined;
  /** What it was at the last read, when it was another. */
  readonly left?: string | undefined;
}

/**
 * What became of the open mailbox between two places: `known`, up to which all was read, and `target`, which stands for what
 * is to be read now; of a pass that was broken off, UIDs up to `target.at` were.
 */
export async function findChanges(
  client: ImapFlow,
  known: Place,
  target: Place & { readonly at: number },
  options: ChangeOptions,
): Promise<Changes> {
  const { since, left } = options;
  const window = since === undefined ? {} : { since: dayOf(since) };
  const arrived = await searchUids(client, known.next, target.next, {});
  const isTold = known.modseq !== undefined && client.enabled.has('QRESYNC');
  const { changed, vanished } = await changedSince(client, known, target);
  const gone = new Set(vanished);
  if (left !== undefined && since !== undefined) {
    const aged = await searchUids(client, 1, known.next, { since: dayOf(left), before: dayOf(since) });
    for (const uid of aged) gone.add(uid);
  }
  const wanted = [...(options.showsFlags ? changed : []), ...arrived].filter((uid) => uid > target.at);
  const inWindow = since === undefined ? undefined : new Set(await searchUids(client, 1, target.next, window));
  return {
    read: [...new Set(wanted)].filter((uid) => inWindow?.has(uid) ?? true).toSorted((one, other) => one - other),
    gone,
    // No message gets an old UID, so what the old and the new ones should add up to tells how many are missing.
    unnamedDeletes: !isTold && known.count + arrived.length > target.count,
  };
}

/** UIDs from `from` up to but not including `to` that meet a condition. */
async function searchUids(client: ImapFlow, from: number, to: number, query: SearchObject): Promise<readonly number[]> {
  if (from >= to) return [];
  // A range whose end is behind the last message would name that one (RFC 3501 §6.4.8), hence the filter.
  const found = (await client.search({ ...query, uid: `${from}:${to - 1}` }, { uid: true })) || [];
  return found.filter((uid) => uid >= from && uid < to);
}

/** Old messages that got other flags, and with QRESYNC those that were expunged (RFC 7162 §3.1.4, §3.2.6). */
async function changedSince(
  client: ImapFlow,
  known: Place,
  target: Place,
): Promise<{ readonly changed: readonly number[]; readonly vanished: readonly number[] }> {
  const changed: number[] = [];
  const vanished: number[] = [];
  if (known.modseq === undefined || target.modseq === undefined || known.next <= 1) return { changed, vanished };
  const onExpunge = ({ uid, earlier }: ExpungeEvent): void => {
    if (earlier === true && uid !== undefined && uid < known.next) vanished.push(uid);
  };
  client.on('expunge', onExpunge);
  try {
    const options = { uid: true, changedSince: BigInt(known.modseq) };
    for await (const { uid } of client.fetch(`1:${known.next - 1}`, { uid: true }, options))
      if (uid < known.next) changed.push(uid);
  } finally {
    client.off('expunge', onExpunge);
  }
  return { changed, vanished };
}
