import type { z } from 'zod';
import type { Actor, Scope } from '../auth/actor.ts';
import type { ErrorCode } from '../errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `public` routes take no key; every other route names the scope that the key must have. */
export type Access = Scope | 'public';

export interface RouteRequest<P, Q, B, Services, A extends Access = Access> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Lower-case header names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly actor: A extends 'public' ? undefined : Actor;
  readonly services: Services;
  readonly requestId: string;
  /** Aborted when the caller goes away or the service stops. */
  readonly signal: AbortSignal;
}

/** What a handler gives back when the body alone does not say it all. */
export class Reply<T> {
  readonly body: T;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    body: T,
    options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.body = body;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

/** One server-sent event; `id` is what `Last-Event-ID` gives back. */
export interface ServerEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

/**
 * A route as data: the Fastify route, the OpenAPI operation, the permission tests and the docs come from this object.
 * Params, query and body stay separate. `returns` maps statuses to schemas, the first is the success status;
 * `'event-stream'` marks a handler that gives an async iterable of `ServerEvent`.
 */
export interface RouteDeclaration<Services = never> {
  readonly method: Method;
  /** Appended to the prefix of its group; with `:name` parameters and no trailing slash: both forms are served. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
  /**
   * The route is about one project, or lists them: the gate also lets keys pass that have the scope in some project only, and
   * the service asks `policy.ts` for the one it is about.
   */
  readonly inProject?: boolean;
  readonly params: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  /**
   * `json`: a body must say that it is JSON. `form`: it may be a form too, and is described as one. Absent: whatever
   * `request-body.ts` can read.
   */
  readonly bodyType?: 'json' | 'form';
  readonly returns: Readonly<Record<number, z.ZodType | 'event-stream'>>;
  readonly errors: readonly ErrorCode[];
  /** Keep the route out of `/openapi.json`, for legacy paths that only old clients call. */
  readonly hidden?: boolean;
  /** Honour `Idempotency-Key`: the first answer is kept for a day and given again. */
  readonly idempotent?: boolean;
  readonly handler: (request: RouteRequest<never, never, never, Services, never>) => unknown;
}

interface TypedRoute<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  A extends Access,
  Services,
> extends Omit<RouteDeclaration<Services>, 'params' | 'query' | 'body' | 'access' | 'handler'> {
  readonly access: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly handler: (request: RouteRequest<Output<P>, Output<Q>, Output<B>, Services, A>) => unknown;
}

type Output<T extends z.ZodType | undefined> = T extends z.ZodType ? z.output<T> : undefined;

/**
 * Makes the `route` function of a set of routes that share their services. It types a handler by its schemas and erases
 * them again, so that routes of any shape stand in one table.
 */
export function routeFor<Services>() {
  return function route<
    P extends z.ZodType | undefined = undefined,
    Q extends z.ZodType | undefined = undefined,
    B extends z.ZodType | undefined = undefined,
    A extends Access = Access,
  >(declaration: TypedRoute<P, Q, B, A, Services>): RouteDeclaration<Services> {
    const { params, query, body, handler, ...rest } = declaration;
    return { ...rest, params, query, body, handler: handler as RouteDeclaration<Services>['handler'] };
  };
}
