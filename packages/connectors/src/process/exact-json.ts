/** Stands in a parsed state for an integer that a double cannot hold; sources keep ids and nanoseconds so. */
const INTEGER = 'tributary:integer';

/** Of the language's newer parts, which the compiler's library does not know yet. */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}
const json = JSON as unknown as ExactJson;

/** Parses JSON so that `exactJson` gives every integer back as it was. Throws `SyntaxError`. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return json.parse(text, (_, value, { source }) => {
    const isRounded =
      typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value);
    return isRounded ? { [INTEGER]: source } : value;
  });
}

/** The JSON text of a value that may come from `parseExact`. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one !== 'object' || one === null || !(INTEGER in one)) return one;
    const digits = one[INTEGER];
    return typeof digits === 'string' && /^-?\d+$/.test(digits) ? json.rawJSON(digits) : one;
  });
}
