import type { Json } from '../../kit/json.ts';
import type { ManifestResponse } from '../model/request.ts';

/** An answer that came inside the record of a parent (`lazy_read_pointer`), as if it had been asked for. */
export function childResponse(body: Json): ManifestResponse {
  const text = JSON.stringify(body);
  const bytes = (): Uint8Array => new TextEncoder().encode(text);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    url: '',
    text: () => text,
    bytes,
    json: () => structuredClone(body),
    async *stream() {
      yield bytes();
    },
  };
}
