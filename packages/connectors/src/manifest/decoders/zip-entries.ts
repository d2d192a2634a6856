import { unzipSync } from 'fflate';
import { inMegabytes, LARGEST_DOCUMENT } from './body-limits.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';

const MOST_ENTRIES = 1_000;

/** The files of a zip archive in the order of its directory, unpacked one at a time. Throws `ConnectorError('invalid_answer')`. */
export function* zipEntries(bytes: Uint8Array, origin: BodyOrigin): Generator<{ name: string; content: Uint8Array }> {
  for (const name of namesOf(bytes, origin)) {
    const content = unzip(bytes, origin, (file) => file === name)[name];
    if (content) yield { name, content };
  }
}

function namesOf(bytes: Uint8Array, origin: BodyOrigin): readonly string[] {
  const names: string[] = [];
  unzip(bytes, origin, (file) => {
    if (!file.endsWith('/')) names.push(file);
    return false;
  });
  if (names.length > MOST_ENTRIES) throw invalidBody(origin, `the zip archive has more than ${MOST_ENTRIES} files`);
  return names;
}

function unzip(bytes: Uint8Array, origin: BodyOrigin, wants: (name: string) => boolean): Record<string, Uint8Array> {
  let largest = 0;
  try {
    return unzipSync(bytes, {
      filter({ name, originalSize }) {
        if (!wants(name)) return false;
        // What does not fit into the size that the directory claims is not written, so the claim is a bound.
        largest = originalSize;
        return originalSize <= LARGEST_DOCUMENT;
      },
    });
  } catch {
    throw invalidBody(origin, 'the zip archive is damaged or cut off');
  } finally {
    if (largest > LARGEST_DOCUMENT) {
      // oxlint-disable-next-line no-unsafe-finally -- the size is the reason that counts
      throw invalidBody(origin, `a file of the zip archive is larger than ${inMegabytes(LARGEST_DOCUMENT)}`);
    }
  }
}
