/** What makes a request conditional (RFC 9110 §13.1): the answer is 304 when the page is still the one that these came with. */
export interface Validator {
  readonly etag?: string;
  /** `Last-Modified` as the server wrote it. */
  readonly modified?: string;
}

/** A longer tag would make a cursor of many pages large; such a page is known by its date, or asked for as if it were new. */
const LONGEST_TAG = 100;
const LONGEST_DATE = 40;

const short = (value: string | undefined, most: number): string | undefined =>
  value !== undefined && value.length <= most && /^[\x21-\x7e ]+$/.test(value) ? value : undefined;

/** The validator that an answer brings, if any. */
export function validatorOf(headers: Readonly<Record<string, string | undefined>>): Validator | undefined {
  const etag = short(headers['etag'], LONGEST_TAG);
  const modified = short(headers['last-modified'], LONGEST_DATE);
  if (etag === undefined && modified === undefined) return undefined;
  return { ...(etag !== undefined && { etag }), ...(modified !== undefined && { modified }) };
}
