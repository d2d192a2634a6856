import type { RecordFailure } from '../../kit/page.ts';
import { type ExtractedText, htmlBodyText } from './attachment-text.ts';
import type { BodyPart } from './body-parts.ts';
import type { ImapContext } from './config.ts';
import { brokenPart, decodeText } from './decode-part.ts';
import { fetchEach } from './fetch-each.ts';
import { fetchOutlines, type Outline } from './fetch-outlines.ts';
import { type Message, messageKey } from './message.ts';
import type { MailPage, OpenMailbox } from './mail-kind.ts';

/** Small enough to hold the structures of all, large enough to hide the round trips. */
const TOGETHER = 200;
/** A page's bodies together; one that is larger goes alone. */
const MOST_PAGE_BYTES = 4_000_000;

/** Reads messages of the open mailbox, in the order of their UIDs; those that are gone meanwhile are passed over. */
export async function* fetchMessages(
  ctx: ImapContext,
  mailbox: OpenMailbox,
  uids: readonly number[],
): AsyncGenerator<MailPage<Message>> {
  const { path, validity } = mailbox;
  const most = ctx.config.max_message_bytes;
  const keyOf = (uid: number): string => messageKey(path, validity, uid);
  for (let at = 0; at < uids.length; at += TOGETHER) {
    const wanted = uids.slice(at, at + TOGETHER);
    const { outlines, failures } = await fetchOutlines(mailbox, wanted, keyOf);
    const groups = [...inGroups(outlines, most)];
    for (const [index, group] of groups.entries()) {
      const bodies = await fetchBodies(mailbox, group, most);
      const page: { rows: Message[]; failures: RecordFailure[] } = { rows: [], failures: [] };
      for (const outline of group) {
        const body = await bodyText(ctx, outline.parts.texts, bodies.get(outline.uid));
        page.rows.push(rowOf(outline, path, validity, body.text));
        page.failures.push(...body.problems.map((problem) => ({ key: keyOf(outline.uid), ...problem })));
      }
      const isLast = index === groups.length - 1;
      if (!isLast) yield { ...page, through: group.at(-1)?.uid ?? 0 };
      else yield { ...page, failures: [...page.failures, ...failures], through: wanted.at(-1) ?? 0 };
    }
    if (groups.length === 0) yield { rows: [], failures, through: wanted.at(-1) ?? 0 };
  }
}

function* inGroups(outlines: readonly Outline[], most: number): Generator<readonly Outline[]> {
  let group: Outline[] = [];
  let bytes = 0;
  for (const outline of outlines) {
    const size = outline.parts.texts.reduce((sum, part) => sum + Math.min(part.size, most), 0);
    if (group.length > 0 && bytes + size > MOST_PAGE_BYTES) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(outline);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

/** The text parts of messages; those that have the same parts are asked for together. */
async function fetchBodies(
  mailbox: OpenMailbox,
  outlines: readonly Outline[],
  most: number,
): Promise<Map<number, ReadonlyMap<string, Buffer>>> {
  const alike = Map.groupBy(outlines, ({ parts }) => parts.texts.map((part) => part.id).join(' '));
  const bodies = new Map<number, ReadonlyMap<string, Buffer>>();
  for (const [ids, group] of alike) {
    if (ids === '') continue;
    const bodyParts = ids.split(' ').map((key) => ({ key, start: 0, maxLength: most }));
    const range = group.map(({ uid }) => uid);
    const { found } = await fetchEach(mailbox, range, { bodyParts });
    for (const { uid, bodyParts: parts } of found) if (parts) bodies.set(uid, parts);
  }
  return bodies;
}

interface Body {
  readonly text: string;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

async function bodyText(
  { config, signal }: ImapContext,
  parts: readonly BodyPart[],
  found: ReadonlyMap<string, Buffer> | undefined,
): Promise<Body> {
  const texts: string[] = [];
  const problems: { code: string; message: string }[] = [];
  for (const part of parts) {
    const { text = '', problem } = await partText(part, found?.get(part.id), signal);
    texts.push(text.replaceAll('\r\n', '\n').trim());
    if (problem) problems.push(problem);
    if (part.size > config.max_message_bytes)
      problems.push({ code: 'truncated', message: `only the first ${config.max_message_bytes} bytes can be found.` });
  }
  return { text: texts.filter((text) => text !== '').join('\n\n'), problems };
}

async function partText(part: BodyPart, bytes: Buffer | undefined, signal: AbortSignal): Promise<ExtractedText> {
  if (bytes === undefined) return { problem: { code: 'unreadable', message: 'The mail server gave no text.' } };
  try {
    const text = await decodeText(part, bytes);
    return part.type === 'text/html' ? await htmlBodyText(text, signal) : { text };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: brokenPart(error) };
  }
}

function rowOf(
  { uid, envelope, parts, flags, size }: Outline,
  mailbox: string,
  validity: string,
  text: string,
): Message {
  return {
    mailbox,
    uid_validity: validity,
    uid,
    ...envelope,
    flags: [...flags],
    size,
    attachments: parts.attachments.map(({ name, type }) => ({ name: name ?? type, media_type: type })),
    ...(text !== '' && { text }),
  };
}
