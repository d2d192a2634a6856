import { assert } from '../lib/asserts.ts';
import type { ErrorAnswer } from './route-group.ts';
import { Reply, type RouteDeclaration, type ServerEvent } from './route.ts';

/** A finished answer, ready for the wire. */
export interface BodyAnswer {
  readonly type: 'body';
  readonly status: number;
  /** Lower-case names; includes `content-type` when there is a body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | undefined;
}

export interface EventsAnswer {
  readonly type: 'events';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly events: AsyncIterable<ServerEvent>;
}

export type Answer = BodyAnswer | EventsAnswer;

const json = 'application/json; charset=utf-8';

/**
 * What a handler gave back, as an answer. A body is sent as JSON; a string whose reply names a content type is sent as it
 * is; `undefined` sends no body.
 */
export function toAnswer(route: RouteDeclaration, result: unknown): Answer {
  const { body, status, headers } = result instanceof Reply ? (result as Reply<unknown>) : new Reply(result);
  const [first] = Object.keys(route.returns);
  assert(first !== undefined, `${route.operationId} declares no answer`);
  const finalStatus = status ?? Number(first);
  const lowered = lowerCaseNames(headers);
  if (route.returns[finalStatus] === 'event-stream') {
    return { type: 'events', status: finalStatus, headers: lowered, events: body as AsyncIterable<ServerEvent> };
  }
  if (body === undefined || finalStatus === 204 || finalStatus === 304) {
    return { type: 'body', status: finalStatus, headers: lowered, text: undefined };
  }
  const text = typeof body === 'string' && lowered['content-type'] !== undefined ? body : JSON.stringify(body);
  return { type: 'body', status: finalStatus, headers: { 'content-type': json, ...lowered }, text };
}

/** A presented error as an answer. */
export function errorAnswer(error: ErrorAnswer): BodyAnswer {
  return {
    type: 'body',
    status: error.status,
    headers: { ...lowerCaseNames(error.headers ?? {}), 'content-type': json },
    text: JSON.stringify(error.body),
  };
}

export function isJson(contentType: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/.test(contentType);
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lowered: Record<string, string> = {};
  for (const name of Object.keys(headers)) lowered[name.toLowerCase()] = headers[name] as string;
  return lowered;
}
