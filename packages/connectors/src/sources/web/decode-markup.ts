/** How much of a document is looked through for the name of its charset (the HTML standard asks for 1,024 bytes). */
const DECLARED_WITHIN = 2_048;

const decoderFor = (label: string | undefined): InstanceType<typeof TextDecoder> | undefined => {
  try {
    return label === undefined ? undefined : new TextDecoder(label);
  } catch {
    // A charset that nobody knows is as good as none.
    return undefined;
  }
};

function markedCharset(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return undefined;
}

function declaredCharset(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, DECLARED_WITHIN).toString('latin1');
  const declared =
    /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1] ??
    /<meta[^>]*?\bcharset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1];
  // Whoever wrote the declaration in bytes that read as ASCII did not write UTF-16.
  return declared !== undefined && /^utf-?16/i.test(declared) ? 'utf-8' : declared;
}

/**
 * HTML or XML bytes as text. The charset is the one of the byte order mark, else of the `Content-Type`, else the one that the
 * document declares, else UTF-8 where the bytes are valid, else Windows-1252 (the order of the HTML standard and RFC 7303).
 * Bytes that do not fit become U+FFFD; NUL is dropped.
 */
export function decodeMarkup(bytes: Buffer, contentType: string | undefined): string {
  const sent = /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType ?? '')?.[1];
  const decoder = decoderFor(markedCharset(bytes)) ?? decoderFor(sent) ?? decoderFor(declaredCharset(bytes));
  const text = decoder ? decoder.decode(bytes) : utf8OrWestern(bytes);
  return text.replaceAll('\0', '');
}

function utf8OrWestern(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
