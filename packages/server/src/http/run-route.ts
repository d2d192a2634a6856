import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../auth/actor.ts';
import { presentedKey } from '../auth/authenticator.ts';
import { must } from '../lib/asserts.ts';
import { type Answer, type BodyAnswer, isJson, toAnswer } from './answer.ts';
import { checkResponse } from './check-response.ts';
import type { IdempotentAnswers } from './idempotency.ts';
import type { RouteGroup } from './route-group.ts';
import type { RouteDeclaration, RouteRequest } from './route.ts';
import { validateRequest } from './validate-request.ts';

/** A route where it is served. */
export interface Mounted {
  readonly group: RouteGroup;
  readonly route: RouteDeclaration;
}

export interface RunOptions {
  readonly answers: IdempotentAnswers | undefined;
  readonly validateResponses: boolean;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
}

/**
 * From a request that was let in to its answer: validate, run the handler (once for each `Idempotency-Key`), and in tests
 * compare the answer with the declaration.
 * @throws what the handler throws, and invalid_request
 */
export async function runRoute(
  { group, route }: Mounted,
  actor: Actor | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  options: RunOptions,
): Promise<Answer> {
  const { params, query, body } = validateRequest(route, request);
  const input = {
    params,
    query,
    body,
    headers: request.headers,
    actor,
    services: group.services,
    requestId: request.id,
    get signal() {
      return signalOf(reply, options.stopping);
    },
  };
  const work = async () => {
    const answer = toAnswer(
      route,
      await route.handler(input as unknown as RouteRequest<never, never, never, never, never>),
    );
    if (options.validateResponses) refuseUndeclared(route, answer);
    return answer;
  };
  const key = request.headers['idempotency-key'];
  if (route.idempotent !== true || typeof key !== 'string' || !actor || !options.answers) return work();
  return options.answers.run(
    {
      actor,
      key,
      presentedKey: must(presentedKey(request.headers), 'an authenticated request has a key'),
      method: request.method,
      url: request.url,
      body: request.body,
    },
    async () => (await work()) as BodyAnswer,
  );
}

/** Aborts when the caller goes away before the answer is complete, or when the service stops. */
function signalOf(reply: FastifyReply, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return AbortSignal.any([gone.signal, stopping]);
}

function refuseUndeclared(route: RouteDeclaration, answer: Answer): void {
  if (answer.type === 'events') return;
  const text = isJson(answer.headers['content-type'] ?? '') ? answer.text : JSON.stringify(answer.text);
  const problem = checkResponse(route, answer.status, text);
  if (problem !== undefined) throw new Error(problem);
}
