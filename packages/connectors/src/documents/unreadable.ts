/** A file whose text cannot be had; the file is still listed by its name. */
export class Unreadable extends Error {
  /** `too_large`, `broken` or `unreadable`. */
  readonly code: 'too_large' | 'broken' | 'unreadable';

  constructor(code: Unreadable['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
