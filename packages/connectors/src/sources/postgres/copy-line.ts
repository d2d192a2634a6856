/** The escapes that `COPY … TO` writes (PostgreSQL manual, COPY, "Text Format"); any other character stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const unescape = (field: string): string =>
  field.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);

function field(text: string): string | null {
  if (!text.includes('\\')) return text;
  return text === '\\N' ? null : unescape(text);
}

/** The fields of one line of COPY's text format, without its newline. `null` is SQL's NULL. */
export function splitCopyLine(line: string): (string | null)[] {
  // A loop over indexOf takes a quarter less time than split.
  const fields: (string | null)[] = [];
  let start = 0;
  for (let tab = line.indexOf('\t'); tab !== -1; tab = line.indexOf('\t', start)) {
    fields.push(line.slice(start, tab));
    start = tab + 1;
  }
  fields.push(line.slice(start));
  // Most rows hold neither NULL nor anything to escape: one search over the row is cheaper than one for each field.
  if (!line.includes('\\')) return fields;
  for (let at = 0; at < fields.length; at += 1) fields[at] = field(fields[at] ?? '');
  return fields;
}
