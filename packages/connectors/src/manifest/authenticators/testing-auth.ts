import type { JsonObject } from '../../kit/json.ts';
import type { HttpRig } from '../../kit/http-rig.ts';
import type { Requester } from '../model/request.ts';
import { buildRequester } from '../requests/build-requester.ts';
import { testingBuild, testingStream } from '../requests/testing-build.ts';
import type { TestingOptions } from '../requests/testing-build.ts';

/** Requesters of one opened manifest that ask `url` with this authenticator; `definition` may say more of the requester. */
export function authenticatedRequesters(
  rig: HttpRig,
  url: string,
  authenticator: JsonObject,
  options: TestingOptions & { readonly definition?: JsonObject } = {},
): () => Requester {
  const build = testingBuild({ rig, ...options });
  const definition = { type: 'HttpRequester', url, authenticator, ...options.definition };
  return () => buildRequester(definition, build, testingStream(), { bodies: 'whole' });
}
