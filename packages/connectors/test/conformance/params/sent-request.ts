import { firstHop } from '../../../src/kit/http-exchange.ts';
import type { Hop } from '../../../src/kit/http-exchange.ts';
import type { HttpRequest } from '../../../src/kit/http-client.ts';
import type { JsonObject } from '../../../src/kit/json.ts';
import type { Authenticator } from '../../../src/manifest/authenticators/authenticator.ts';
import type { Build } from '../../../src/manifest/model/build.ts';
import type { RequestParts, RequestPlace } from '../../../src/manifest/model/request.ts';
import { buildRequester } from '../../../src/manifest/requests/build-requester.ts';
import { placeOf, testingBuild, testingStream } from '../../../src/manifest/requests/testing-build.ts';

export interface Sending {
  readonly definition: JsonObject;
  readonly config?: JsonObject;
  readonly place?: RequestPlace;
  readonly more?: readonly RequestParts[];
  readonly authenticator?: Authenticator;
}

/** What a requester of ours would put on the wire. */
export async function sentRequest({
  definition,
  config = {},
  place = placeOf(),
  more = [],
  authenticator,
}: Sending): Promise<Hop> {
  const sent: HttpRequest[] = [];
  const build = testingBuild({ config, custom: new Map([['Given', () => authenticator]]) });
  const watched: Build = {
    ...build,
    ctx: {
      ...build.ctx,
      http: {
        ...build.ctx.http,
        request(request) {
          sent.push(request);
          const answer = { status: 200, headers: {}, url: String(request.url), text: () => '{}', json: () => ({}) };
          return Promise.resolve({ ...answer, bytes: () => Buffer.from('{}') });
        },
      },
    },
  };
  const proof = authenticator && { authenticator: { type: 'CustomAuthenticator', class_name: 'Given' } };
  const component = { type: 'HttpRequester', url_base: 'https://api.example.com', ...definition, ...proof };
  await buildRequester(component, watched, testingStream(), { bodies: 'whole' }).send(place, more);
  const [request] = sent;
  if (!request) throw new Error('nothing was sent');
  return firstHop(request);
}
