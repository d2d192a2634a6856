/** A line of output, or what is left of one that was too long to keep. */
export type OutputLine =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'oversized'; readonly head: string; readonly bytes: number };

/** Enough to see what kind of message a line would have been. */
const HEAD_BYTES = 4_096;
const NEWLINE = 10;

/** Cuts a sequence of bytes into lines; a line of more than `maxBytes` is passed over without being held. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** The beginning of a line that is being passed over. */
  #head: string | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that this chunk completes. */
  push(chunk: Buffer): OutputLine[] {
    const lines: OutputLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#take(chunk.subarray(start, end));
      lines.push(this.#complete());
      start = end + 1;
    }
    this.#take(chunk.subarray(start));
    return lines;
  }

  /** The last line, when the output ended without a line break. */
  end(): OutputLine[] {
    return this.#bytes > 0 ? [this.#complete()] : [];
  }

  #take(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#head !== undefined) return;
    this.#parts.push(part);
    if (this.#bytes <= this.#maxBytes) return;
    this.#head = Buffer.concat(this.#parts).toString('utf8', 0, HEAD_BYTES);
    this.#parts = [];
  }

  #complete(): OutputLine {
    const line: OutputLine =
      this.#head === undefined
        ? { type: 'line', text: Buffer.concat(this.#parts, this.#bytes).toString('utf8') }
        : { type: 'oversized', head: this.#head, bytes: this.#bytes };
    this.#parts = [];
    this.#bytes = 0;
    this.#head = undefined;
    return line;
  }
}
