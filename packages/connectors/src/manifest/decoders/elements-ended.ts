import type { Json } from '../../kit/json.ts';
import { inMegabytes, LARGEST_RECORD } from './body-limits.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { JsonFault } from './json-list-scanner.ts';
import type { JsonListScanner } from './json-list-scanner.ts';

/**
 * The elements that a piece of the text completes. Throws `ConnectorError('invalid_answer')` for what is no JSON, and when the element
 * under way is larger than `LARGEST_RECORD`.
 */
export function elementsEnded(scanner: JsonListScanner, text: string, origin: BodyOrigin): readonly Json[] {
  try {
    const ended = scanner.feed(text);
    if (scanner.pending <= LARGEST_RECORD) return ended;
  } catch (error) {
    throw error instanceof JsonFault ? invalidBody(origin, `it is no JSON: ${error.message}`, text) : error;
  }
  throw invalidBody(origin, `an element is larger than ${inMegabytes(LARGEST_RECORD)}`);
}
