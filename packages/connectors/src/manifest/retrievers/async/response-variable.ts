import type { JsonObject } from '../../../kit/json.ts';
import { PyHeaderMapping } from '../../interpolation/py-header-mapping.ts';
import type { ManifestResponse } from '../../model/request.ts';

/**
 * An answer as templates see it in `creation_response` and `polling_response`: the members of its JSON, with `headers` and
 * `request` beside them unless the body has members of these names. Of a body that is no mapping only the latter are there.
 * Source: the CDK's `http_job_repository.py`.
 */
export function responseVariable(response: ManifestResponse): Readonly<Record<string, unknown>> {
  return {
    headers: new PyHeaderMapping(response.headers),
    request: { url: response.url },
    ...membersOf(response),
  };
}

function membersOf(response: ManifestResponse): JsonObject {
  try {
    const body = response.json();
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject) : {};
  } catch {
    // An answer without JSON is an answer all the same; its status extractor has its own decoder.
    return {};
  }
}
