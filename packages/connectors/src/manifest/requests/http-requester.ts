import type { HttpRequest, HttpStreamedResponse } from '../../kit/http-client.ts';
import { Secret } from '../../kit/secret.ts';
import type { AuthenticatedParts, Authenticator, UnsignedRequest } from '../authenticators/authenticator.ts';
import type { ErrorHandler } from '../error-handling/error-handler.ts';
import { requestFailure } from '../error-handling/request-failure.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Requester, RequestOutcome, RequestParts, RequestPartsProvider, RequestPlace } from '../model/request.ts';
import { composeRequest } from './compose-request.ts';
import type { Guard } from './compose-request.ts';
import { streamedResponse, wholeResponse } from './manifest-response.ts';
import { mergeParts } from './merge-parts.ts';
import { namedError } from './named-error.ts';
import type { UrlOf } from './request-url.ts';
import { cacheKey, responseCacheOf } from './response-cache.ts';
import { sendWithRetries } from './send-with-retries.ts';
import type { Asked } from './send-with-retries.ts';

/** How the body of an answer is taken; one that is taken as it comes is `comesInPieces`. */
export type BodyTaking = 'whole' | 'as it comes' | 'whole unless large';

/** A body that is larger, in bytes, is taken as it comes where that is possible: parsed, it takes several times as much memory. */
const LARGE = 2 * 1024 * 1024;

export interface HttpRequesterOptions {
  readonly build: Build;
  readonly stream: StreamContext;
  readonly method: NonNullable<HttpRequest['method']>;
  readonly urlOf: UrlOf;
  readonly own: RequestPartsProvider;
  readonly authenticator: Authenticator;
  readonly errorHandler: ErrorHandler;
  readonly bodies: BodyTaking;
  readonly cached: boolean;
}

/** An `HttpRequester`: parts, URL, authentication, budget, error handling, each from its own component. */
export class HttpRequester implements Requester {
  readonly #options: HttpRequesterOptions;

  constructor(options: HttpRequesterOptions) {
    this.#options = options;
  }

  async send(place: RequestPlace, more: readonly RequestParts[]): Promise<RequestOutcome> {
    const { build, stream, errorHandler, authenticator } = this.#options;
    try {
      const { path, ...parts } = mergeParts([this.#options.own.parts(place), ...more]);
      const request = { method: this.#options.method, url: this.#options.urlOf(place, path), parts };
      return await sendWithRetries({
        errorHandler,
        clock: build.ctx.clock,
        signal: build.ctx.signal,
        ask: () => this.#ask(request),
        renew: () => authenticator.renew?.() ?? Promise.resolve(false),
        failure: (resolution, { response, secrets }) => requestFailure(request, response, resolution, build, secrets),
        ignored: (resolution, { response }) =>
          build.ctx.log.info(
            { stream: stream.name, status: response.status, said: build.shown(resolution.message ?? '') },
            'an answer is passed over, as the manifest says',
          ),
      });
    } catch (error) {
      throw namedError(error, stream);
    }
  }

  /** One try, with authentication as it stands now; once more when whoever keeps the token has a newer one. */
  async #ask(request: UnsignedRequest): Promise<Asked> {
    const proof = await this.#options.authenticator.authenticate(request);
    const first = await this.#askOnce(request, proof);
    if (first.response.status !== 401 || !(await proof.refused?.())) return first;
    first.discard();
    return this.#askOnce(request, await this.#options.authenticator.authenticate(request));
  }

  async #askOnce(request: UnsignedRequest, proof: AuthenticatedParts): Promise<Asked> {
    const { build, authenticator, cached, bodies } = this.#options;
    const { secrets = [], authorization } = proof;
    const parts = mergeParts([request.parts, proof.parts]);
    const guard: Guard = (text) =>
      secrets.some((secret) => text.includes(secret)) ? new Secret(text) : build.guard(text);
    const asked: HttpRequest = { ...composeRequest(request, parts, guard), ...(authorization && { authorization }) };
    const send = async <Answer extends Pick<Asked['response'], 'status' | 'headers'>>(
      answering: () => Promise<Answer>,
    ): Promise<Answer> => {
      await build.budget.admit(asked);
      const answer = await answering();
      build.budget.observe(asked, answer);
      return answer;
    };
    if (bodies !== 'whole') {
      const opening = bodies === 'as it comes' ? asked : { ...asked, earlyBytes: LARGE };
      return this.#streamed(request, await send(() => build.ctx.http.open(opening)), secrets);
    }
    const ask = () => send(() => build.ctx.http.request(asked));
    const answer = await (cached ? responseCacheOf(build).get(cacheKey(request, parts), ask) : ask());
    return {
      response: wholeResponse(answer),
      bodyIsStreamed: false,
      secrets,
      rotated: authenticator.observe?.(request, answer) ?? false,
      discard: () => undefined,
    };
  }

  /** The body of an answer that is not good is small, and error handling looks into it. */
  async #streamed(request: UnsignedRequest, opened: HttpStreamedResponse, secrets: readonly string[]): Promise<Asked> {
    const rotated = this.#options.authenticator.observe?.(request, opened) ?? false;
    if (opened.status < 400 && !opened.early) {
      const response = streamedResponse(opened, opened.body);
      return { response, bodyIsStreamed: true, secrets, rotated, discard: () => opened.cancel() };
    }
    const response = wholeResponse(await opened.whole());
    return { response, bodyIsStreamed: false, secrets, rotated, discard: () => undefined };
  }
}
