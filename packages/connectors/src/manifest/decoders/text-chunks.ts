import { ConnectorError } from '../../kit/connector-error.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';

/** Names that Python has for encodings and the platform's decoder has not. */
const PYTHON_NAMES: Readonly<Record<string, string | undefined>> = {
  latin: 'latin1',
  'latin-1': 'latin1',
  'utf-8-sig': 'utf-8',
  u8: 'utf-8',
  ascii: 'utf-8',
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  cp932: 'shift_jis',
  cp936: 'gbk',
};

/** The decoder of an encoding by its Python or web name. Throws `ConnectorError('configuration')` for an unknown one. */
export function decoderOf(encoding: string, origin: BodyOrigin): InstanceType<typeof TextDecoder> {
  const name = encoding.trim().toLowerCase().replaceAll('_', '-');
  for (const label of [PYTHON_NAMES[name], name, encoding.trim(), name.replace(/^iso(\d)/, 'iso-$1')]) {
    try {
      if (label !== undefined) return new TextDecoder(label, { fatal: true });
    } catch {
      // The next spelling may be known.
    }
  }
  throw new ConnectorError(
    'configuration',
    `Stream "${origin.stream}": the encoding "${encoding}" of ${origin.part} is not known; name another one in the manifest.`,
  );
}

/**
 * The text of a body as it comes, without a byte order mark. Throws `ConnectorError('invalid_answer')` when bytes do not fit the
 * encoding, or when the body is a web page, which sources send in place of data when something is wrong.
 */
export async function* textChunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
  origin: BodyOrigin,
): AsyncGenerator<string> {
  const decoder = decoderOf(encoding, origin);
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw invalidBody(origin, `its bytes are no ${encoding} text`);
    }
  };
  let beginning: string | undefined = '';
  for await (const bytes of chunks) {
    const text = decode(bytes);
    if (beginning !== undefined) {
      beginning += text;
      refuseWebPage(beginning, origin);
      if (beginning.length > 100) beginning = undefined;
    }
    if (text !== '') yield text;
  }
  const rest = decode();
  if (rest !== '') yield rest;
}

/** Throws `ConnectorError('invalid_answer')` when a body begins as a web page does. */
export function refuseWebPage(beginning: string, origin: BodyOrigin): void {
  if (/^\s*(?:<!doctype\s+html|<html[\s>])/i.test(beginning.slice(0, 200))) {
    throw invalidBody(origin, 'it is a web page', beginning);
  }
}
