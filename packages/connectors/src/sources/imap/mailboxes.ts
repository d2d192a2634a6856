import type { ImapFlow, ListResponse, StatusObject } from 'imapflow';
import type { Config } from './config.ts';

/** A mailbox that is read, with what the server says of it now. */
export interface Mailbox {
  readonly path: string;
  readonly validity: string;
  readonly uidNext: number;
  readonly messages: number;
  /** Absent when the server keeps no mod-sequences for it (RFC 7162). */
  readonly modseq?: string;
}

/** What is left out unless somebody names it (RFC 6154): `\All` and `\Flagged` show what lies in other mailboxes. */
const LEFT_OUT = new Set(['\\Trash', '\\Junk', '\\Drafts', '\\All', '\\Flagged']);
const CANNOT_BE_OPENED = ['\\Noselect', '\\NonExistent'];

const STATUS = { messages: true, uidNext: true, uidValidity: true, highestModseq: true } as const;

const matches = (patterns: readonly string[], path: string): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    // INBOX is the one name in which case does not count (RFC 3501 §5.1).
    return new RegExp(`^${parts.join('[^]*')}$`, /^inbox/i.test(pattern) ? 'i' : '').test(path);
  });

/**
 * The mailboxes to read, sorted by path. Gmail files every message once in its `\All` mailbox and shows it in others by
 * its labels, so there that one alone is read by default.
 */
export function chooseMailboxes<M extends Pick<ListResponse, 'path' | 'flags' | 'specialUse'>>(
  listed: readonly M[],
  { include_mailboxes: include, exclude_mailboxes: exclude }: Pick<Config, 'include_mailboxes' | 'exclude_mailboxes'>,
  isGmail: boolean,
): M[] {
  const all = listed.filter(({ specialUse }) => specialUse === '\\All');
  const usual = isGmail && all.length > 0 ? all : listed.filter(({ specialUse }) => !LEFT_OUT.has(specialUse ?? ''));
  const chosen = include.length === 0 ? usual : listed.filter(({ path }) => matches(include, path));
  return chosen
    .filter(({ flags }) => !CANNOT_BE_OPENED.some((flag) => flags.has(flag)))
    .filter(({ path }) => !matches(exclude, path))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

export interface ListedMailboxes {
  readonly mailboxes: readonly Mailbox[];
  /** Paths of mailboxes that are there and do not tell their state, as when a right is missing. */
  readonly unreadable: readonly string[];
}

/** Lists the mailboxes to read with their state, in one round trip where the server has LIST-STATUS. */
export async function listMailboxes(client: ImapFlow, config: Config): Promise<ListedMailboxes> {
  const listed = await client.list({ statusQuery: STATUS });
  const chosen = chooseMailboxes(listed, config, client.capabilities.has('X-GM-EXT-1'));
  const mailboxes = chosen.flatMap(({ path, status }) => (status?.uidValidity ? [mailboxOf(path, status)] : []));
  const readable = new Set(mailboxes.map(({ path }) => path));
  return { mailboxes, unreadable: chosen.map(({ path }) => path).filter((path) => !readable.has(path)) };
}

function mailboxOf(path: string, { uidValidity, uidNext, messages, highestModseq }: StatusObject): Mailbox {
  return {
    path,
    validity: String(uidValidity),
    uidNext: uidNext ?? 1,
    messages: messages ?? 0,
    ...(highestModseq !== undefined && highestModseq > 0n && { modseq: String(highestModseq) }),
  };
}
