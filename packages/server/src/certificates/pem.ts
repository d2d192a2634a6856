import { UnusableKeyMaterial } from '@tributary/connectors/kit/unusable-key-material';

export interface PemBlock {
  /** `CERTIFICATE`, `ENCRYPTED PRIVATE KEY`, … */
  readonly label: string;
  /** With its first and last line. */
  readonly text: string;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** The blocks of a text, in their order; what stands between them is left out. Throws UnusableKeyMaterial. */
export function pemBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let from = text.indexOf(BEGIN); from >= 0; from = text.indexOf(BEGIN, from)) {
    const labelEnd = text.indexOf(DASHES, from + BEGIN.length);
    const label = labelEnd < 0 ? '' : text.slice(from + BEGIN.length, labelEnd);
    const last = `-----END ${label}${DASHES}`;
    const end = text.indexOf(last, from);
    if (!/^[A-Z0-9 ]{1,40}$/.test(label) || end < 0) {
      throw new UnusableKeyMaterial('A PEM block is cut off: it begins, and its END line is missing.');
    }
    blocks.push({ label, text: `${text.slice(from, end + last.length)}\n` });
    from = end + last.length;
  }
  return blocks;
}

/** The bytes of a block that holds nothing but base64. */
export function derOf({ text }: PemBlock): Buffer {
  return Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
}
