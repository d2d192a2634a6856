import { charsetDecoder } from '../../kit/http-response.ts';
import type { Json } from '../../kit/json.ts';
import type { DocumentPart } from '../model/records.ts';
import type { ManifestResponse } from '../model/request.ts';
import { inMegabytes, LARGEST_REMAINDER } from './body-limits.ts';
import { elementsEnded } from './elements-ended.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { JsonListScanner } from './json-list-scanner.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { refuseWebPage } from './text-chunks.ts';

/**
 * Decodes a JSON answer as it comes: the elements of the list that lies at `path` (names of fields), then the rest of the document
 * with that list empty. A document that is a list itself gives its elements as bodies, and the first one again as the rest.
 * One without such a list comes as a whole. Of a list that is there twice both count. Throws `ConnectorError('invalid_answer')` when
 * it is cut off or no JSON, for an element above `LARGEST_RECORD`, and for a rest above `LARGEST_REMAINDER`.
 */
export async function* jsonListParts(
  response: ManifestResponse,
  path: readonly string[],
  origin: BodyOrigin,
): AsyncGenerator<DocumentPart> {
  const texts = textsOf(response);
  try {
    const beginning = await beginningOf(texts, origin);
    if (beginning === undefined) return yield* wholeParts('', origin);
    refuseWebPage(beginning, origin);
    if (/^\s*\[/.test(beginning)) yield* bodies(beginning, texts, origin);
    else yield* elements(new JsonListScanner(path, { keepsFrame: true }), beginning, texts, origin);
  } finally {
    // Whoever ends before the loop over the texts has begun ends the answer all the same.
    await texts.return(undefined);
  }
}

/** The text of an answer in the charset that it names, as `ManifestResponse.text` gives it. */
async function* textsOf(response: ManifestResponse): AsyncGenerator<string> {
  const decoder = charsetDecoder(response.headers);
  for await (const bytes of response.stream()) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

/** The first piece of a text that is not empty; spaces before it are let go of. */
async function beginningOf(texts: AsyncGenerator<string>, origin: BodyOrigin): Promise<string | undefined> {
  for (let spaces = 0; spaces <= LARGEST_REMAINDER;) {
    const piece = await texts.next();
    if (piece.done) return undefined;
    if (piece.value.trim() !== '') return piece.value;
    spaces += piece.value.length;
  }
  throw invalidBody(origin, `what comes before its document is larger than ${inMegabytes(LARGEST_REMAINDER)}`);
}

async function* bodies(
  beginning: string,
  texts: AsyncIterable<string>,
  origin: BodyOrigin,
): AsyncGenerator<DocumentPart> {
  let first: Json | undefined;
  for await (const body of scanned(new JsonListScanner([]), beginning, texts, origin)) {
    if (first === undefined) first = body;
    yield { type: 'body', body };
  }
  yield { type: 'rest', body: first === undefined ? {} : first };
}

async function* elements(
  scanner: JsonListScanner,
  beginning: string,
  texts: AsyncIterable<string>,
  origin: BodyOrigin,
): AsyncGenerator<DocumentPart> {
  for await (const element of scanned(scanner, beginning, texts, origin)) yield { type: 'element', element };
  if (!scanner.hadList) return yield* wholeParts(scanner.frame, origin);
  const [body = {}] = parseJsonBody(scanner.frame, origin);
  yield { type: 'rest', body };
}

function* wholeParts(text: string, origin: BodyOrigin): Generator<DocumentPart> {
  const all = parseJsonBody(text, origin);
  for (const body of all) yield { type: 'body', body };
  yield { type: 'rest', body: all[0] ?? {} };
}

async function* scanned(
  scanner: JsonListScanner,
  beginning: string,
  texts: AsyncIterable<string>,
  origin: BodyOrigin,
): AsyncGenerator<Json> {
  yield* found(scanner, beginning, origin);
  for await (const text of texts) yield* found(scanner, text, origin);
  if (!scanner.isEnded) throw invalidBody(origin, 'it is no whole JSON; it may be cut off', beginning);
}

/** The elements that a piece of the text completes, while what is kept beside them stays small. */
function found(scanner: JsonListScanner, text: string, origin: BodyOrigin): readonly Json[] {
  const ended = elementsEnded(scanner, text, origin);
  if (scanner.frameLength <= LARGEST_REMAINDER) return ended;
  const what = scanner.hadList ? 'what it holds beside the list' : 'a document without the list';
  throw invalidBody(origin, `${what} is larger than ${inMegabytes(LARGEST_REMAINDER)}`);
}
