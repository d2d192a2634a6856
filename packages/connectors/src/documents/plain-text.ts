/** Decodes UTF-8, or UTF-16 when a byte order mark says so; bytes that do not fit become U+FFFD. NUL is dropped. */
export function decodeText(bytes: Buffer): string {
  const charset =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(charset).decode(bytes).replaceAll('\0', '');
}

const SNIFFED_BYTES = 8_192;

/** Text has no NUL in its first 8 KB and is valid UTF-8 there (a character that is cut at the end does not count). */
export function looksLikeText(bytes: Buffer): boolean {
  const head = bytes.subarray(0, SNIFFED_BYTES);
  if (head.includes(0)) return head[0] === 0xff && head[1] === 0xfe;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The title of a Markdown text: `title:` of its front matter, else its first heading (`# x`, `= x`, or underlined with `===`). */
export function markdownTitle(text: string): string | undefined {
  const frontMatter = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text.slice(0, 5_000))?.[1];
  const named = frontMatter === undefined ? undefined : /^title:\s*["']?(.+?)["']?\s*$/m.exec(frontMatter)?.[1];
  if (named !== undefined) return named;
  const lines = text.slice(0, 20_000).split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const heading = /^(?:#{1,6}|=)\s+(.+?)\s*#*\s*$/.exec(line)?.[1];
    if (heading !== undefined) return heading;
    if (line.trim() !== '' && /^=+\s*$/.test(lines[index + 1] ?? '')) return line.trim();
  }
  return undefined;
}
