import type { Json } from '../../../kit/json.ts';
import type { Decoder, Extractor } from '../../model/records.ts';
import type { ManifestResponse } from '../../model/request.ts';

/** What an extractor finds in an answer: statuses and targets are texts, not records. */
export async function* extractedValues(
  response: ManifestResponse,
  decoder: Decoder,
  extractor: Extractor,
): AsyncGenerator<Json> {
  if (extractor.extractResponse) {
    for await (const value of extractor.extractResponse(response)) yield value as Json;
    return;
  }
  for await (const body of decoder.decode(response)) {
    for (const value of extractor.extract(body)) yield value as Json;
  }
}
