/** A frame of STOMP 1.2 (https://stomp.github.io/stomp-specification-1.2.html). */
export interface StompFrame {
  readonly command: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', ':': '\\c' };
const UNESCAPES = new Map(Object.entries(ESCAPES).map(([plain, written]) => [written, plain]));

const escaped = (text: string): string => text.replace(/[\\\n\r:]/g, (one) => ESCAPES[one] ?? one);
const unescaped = (text: string): string => text.replace(/\\[\\nrc]/g, (one) => UNESCAPES.get(one) ?? one);

/**
 * The bytes of a frame with a text as its body, which must hold no NUL. Headers of CONNECT are not escaped, as the specification
 * has it. No length is given: ActiveMQ takes a body of known length for bytes, and one without for text.
 */
export function encodeFrame(command: string, headers: Readonly<Record<string, string>>, body = ''): Buffer {
  const write = command === 'CONNECT' ? (text: string) => text : escaped;
  const lines = Object.entries(headers).map(([name, value]) => `${write(name)}:${write(value)}\n`);
  return Buffer.from(`${command}\n${lines.join('')}\n${body}\0`);
}

/** Takes bytes as they come, and gives the frames that are whole. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  take(bytes: Buffer): StompFrame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: StompFrame[] = [];
    for (;;) {
      // Line ends between frames are heart beats.
      const start = this.#rest.findIndex((byte) => byte !== 10 && byte !== 13);
      this.#rest = start < 0 ? Buffer.alloc(0) : this.#rest.subarray(start);
      const frame = this.#next();
      if (!frame) return frames;
      frames.push(frame);
    }
  }

  #next(): StompFrame | undefined {
    const head = /^([A-Z]+)\r?\n((?:[^\r\n]+\r?\n)*)\r?\n/.exec(this.#rest.toString('latin1'));
    if (!head) return undefined;
    const lines = Buffer.from(head[2] ?? '', 'latin1')
      .toString('utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
    const pairs = lines.map((line) => {
      const colon = line.indexOf(':');
      return [unescaped(line.slice(0, colon)), unescaped(line.slice(colon + 1))] as const;
    });
    // Of a header that is there twice the first counts.
    const headers = Object.fromEntries(pairs.toReversed());
    const length = headers['content-length'];
    const end = length === undefined ? this.#rest.indexOf(0, head[0].length) : head[0].length + Number(length);
    if (end < 0 || end >= this.#rest.length) return undefined;
    const body = this.#rest.subarray(head[0].length, end).toString('utf8');
    this.#rest = this.#rest.subarray(end + 1);
    return { command: head[1] ?? '', headers, body };
  }
}
