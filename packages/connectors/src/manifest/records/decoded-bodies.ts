import type { Json } from '../../kit/json.ts';
import type { ManifestResponse } from '../model/request.ts';

/** Bodies of answers whose records were not changed on the inside, so that pagination need not decode them again. */
const decoded = new WeakMap<ManifestResponse, readonly Json[]>();

export function rememberBodies(response: ManifestResponse, bodies: readonly Json[]): void {
  decoded.set(response, bodies);
}

/** What was decoded of an answer, as it came; `undefined` when it has to be decoded. */
export const rememberedBodies = (response: ManifestResponse): readonly Json[] | undefined => decoded.get(response);
