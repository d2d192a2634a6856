import type { MessageStructureObject } from 'imapflow';

/** One leaf of a message's MIME tree. */
export interface BodyPart {
  /** As FETCH wants it, for example `1.2`. */
  readonly id: string;
  /** Media type in lower case. */
  readonly type: string;
  readonly charset?: string;
  /** Content transfer encoding. */
  readonly encoding: string;
  /** Encoded bytes. */
  readonly size: number;
  readonly name?: string;
  /** RFC 3676: lines may be joined. */
  readonly flowed?: { readonly delSp: boolean };
}

export interface MessageParts {
  /** What a reader sees first; several when they follow each other. */
  readonly texts: readonly BodyPart[];
  readonly attachments: readonly BodyPart[];
}

/** Signatures and reports that mail programs make; nobody looks for their words. */
const MACHINE_MADE = new Set([
  'application/pgp-signature',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
]);
const DEEPEST = 100;

/** Which parts of a message are its text and which are attached. Of alternatives the plain one is taken. */
export function partsOf(node: MessageStructureObject, depth = 0): MessageParts {
  const children = node.type.startsWith('multipart/') && depth < DEEPEST ? (node.childNodes ?? []) : [];
  if (children.length === 0) return leafOf(node);
  const parts = children.map((child) => partsOf(child, depth + 1));
  const attachments = parts.flatMap((part) => part.attachments);
  if (node.type !== 'multipart/alternative') return { texts: parts.flatMap((part) => part.texts), attachments };
  const isPlain = ({ texts }: MessageParts): boolean => texts.some((text) => text.type === 'text/plain');
  const best = parts.find(isPlain) ?? parts.find((part) => part.texts.length > 0);
  return { texts: best?.texts ?? [], attachments };
}

function leafOf(node: MessageStructureObject): MessageParts {
  const part = bodyPart(node);
  const isAttached = node.disposition === 'attachment' || part.name !== undefined;
  if (!isAttached && (part.type === 'text/plain' || part.type === 'text/html'))
    return { texts: [part], attachments: [] };
  const isPicture = part.type.startsWith('image/') && node.id !== undefined && node.disposition !== 'attachment';
  const isNothing = part.size === 0 || part.type.startsWith('multipart/');
  const attachments = isPicture || isNothing || MACHINE_MADE.has(part.type) ? [] : [part];
  return { texts: [], attachments };
}

function bodyPart(node: MessageStructureObject): BodyPart {
  const { parameters = {}, dispositionParameters = {} } = node;
  const charset = parameters['charset'];
  const name = (dispositionParameters['filename'] ?? parameters['name'])?.trim();
  return {
    // A message of one part has no number of its own; it is asked for as the first.
    id: node.part ?? '1',
    type: node.type.toLowerCase(),
    encoding: (node.encoding ?? '7bit').toLowerCase(),
    size: node.size ?? 0,
    ...(charset !== undefined && { charset }),
    ...(name !== undefined && name !== '' && { name }),
    ...flowOf(parameters),
  };
}

function flowOf(parameters: Readonly<Record<string, string>>): Pick<BodyPart, 'flowed'> {
  const isFlowed = parameters['format']?.toLowerCase() === 'flowed';
  return isFlowed ? { flowed: { delSp: parameters['delsp']?.toLowerCase() === 'yes' } } : {};
}
