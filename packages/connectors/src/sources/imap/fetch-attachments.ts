import type { RecordFailure } from '../../kit/page.ts';
import { type Attachment, attachmentKey, MOST_ATTACHMENTS } from './attachment.ts';
import { attachmentText, type ExtractedText, holdsText, htmlBodyText } from './attachment-text.ts';
import type { BodyPart } from './body-parts.ts';
import type { ImapContext } from './config.ts';
import { brokenPart, decodeFile, decodeMessage } from './decode-part.ts';
import { fetchEach } from './fetch-each.ts';
import { fetchOutlines, type Outline } from './fetch-outlines.ts';
import type { MailPage, OpenMailbox } from './mail-kind.ts';

const TOGETHER = 200;
const MOST_ROWS = 100;
const MOST_PAGE_TEXT = 4_000_000;
const FORWARDED = 'message/rfc822';

/** Reads what is attached to messages of the open mailbox, in the order of their UIDs. */
export async function* fetchAttachments(
  ctx: ImapContext,
  mailbox: OpenMailbox,
  uids: readonly number[],
): AsyncGenerator<MailPage<Attachment>> {
  for (let at = 0; at < uids.length; at += TOGETHER) {
    const wanted = uids.slice(at, at + TOGETHER);
    const { path, validity } = mailbox;
    const { outlines, failures } = await fetchOutlines(mailbox, wanted, (uid) => attachmentKey(path, validity, uid, 1));
    let draft = emptyDraft();
    draft.failures.push(...failures);
    for (const outline of outlines) {
      await readMessage(ctx, mailbox, outline, draft);
      if (draft.rows.length < MOST_ROWS && draft.text < MOST_PAGE_TEXT) continue;
      yield { ...draft, through: outline.uid };
      draft = emptyDraft();
    }
    yield { ...draft, through: wanted.at(-1) ?? 0 };
  }
}

interface Draft {
  readonly rows: Attachment[];
  readonly failures: RecordFailure[];
  /** Characters of text. */
  text: number;
  most: number;
}

const emptyDraft = (): Draft => ({ rows: [], failures: [], text: 0, most: 0 });

async function readMessage(
  ctx: ImapContext,
  mailbox: OpenMailbox,
  { uid, envelope, parts }: Outline,
  draft: Draft,
): Promise<void> {
  const { path, validity } = mailbox;
  const { message_id, subject, from, date } = envelope;
  const taken = parts.attachments.slice(0, MOST_ATTACHMENTS);
  draft.most = Math.max(draft.most, taken.length);
  for (const [index, part] of taken.entries()) {
    const key = attachmentKey(path, validity, uid, index + 1);
    const { size, problem, ...words } = await readFile(ctx, mailbox, uid, part);
    draft.rows.push({
      mailbox: path,
      uid_validity: validity,
      uid,
      number: index + 1,
      name: nameOf(part, words.title),
      media_type: part.type,
      size,
      ...(message_id !== undefined && { message_id }),
      subject,
      from,
      date,
      ...words,
    });
    draft.text += words.text?.length ?? 0;
    if (problem) draft.failures.push({ key, ...problem });
  }
  if (parts.attachments.length <= taken.length) return;
  const message = `${parts.attachments.length - taken.length} attachments beyond the first ${MOST_ATTACHMENTS} are left out.`;
  draft.failures.push({ key: attachmentKey(path, validity, uid, MOST_ATTACHMENTS + 1), code: 'too_many', message });
}

const nameOf = ({ name, type }: BodyPart, title: string | undefined): string =>
  name ?? (type === FORWARDED ? (title ?? 'forwarded message') : type);

/** Base64 writes three bytes as four, in lines of 76 and a line break. */
const decodedSize = ({ encoding, size }: BodyPart): number =>
  encoding === 'base64' ? Math.floor((size * 3 * 76) / (4 * 78)) : size;

async function readFile(
  { config, signal }: ImapContext,
  mailbox: OpenMailbox,
  uid: number,
  part: BodyPart,
): Promise<ExtractedText & { readonly size: number }> {
  const size = decodedSize(part);
  const name = part.name ?? '';
  if (part.type !== FORWARDED && !holdsText(name, part.type)) return { size };
  const most = config.max_attachment_bytes;
  if (size > most)
    return { size, problem: { code: 'too_large', message: `larger than ${most} bytes; only its name can be found.` } };
  const { found } = await fetchEach(mailbox, [uid], { bodyParts: [part.id] });
  const body = found[0]?.bodyParts?.get(part.id);
  if (!body) return { size, problem: { code: 'unreadable', message: 'The mail server did not give the file.' } };
  try {
    const bytes = await decodeFile(part, body);
    const words =
      part.type === FORWARDED
        ? await forwardedText(bytes, signal)
        : await attachmentText(name, part.type, bytes, signal);
    return { ...words, size: bytes.length };
  } catch (error) {
    signal.throwIfAborted();
    return { size, problem: brokenPart(error) };
  }
}

/** A message that is attached to another; what is attached to it in turn is not read. */
async function forwardedText(source: Buffer, signal: AbortSignal): Promise<ExtractedText> {
  const { subject = '', text, html = '' } = await decodeMessage(source);
  const words = text === undefined ? await htmlBodyText(html, signal) : { text };
  return { ...words, ...(subject !== '' && { title: subject }) };
}
