import type { Actor } from '../auth/actor.ts';
import type { AppError } from '../errors.ts';
import type { RouteDeclaration } from './route.ts';

/** An error as one group of routes tells it to its callers. */
export interface ErrorAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The request that failed, for presenters. `route` is undefined when no route matched. */
export interface FailedRequest {
  readonly requestId: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly route: RouteDeclaration | undefined;
}

/**
 * Routes that share a prefix, their services and a way to tell errors. The group with the longest prefix that a path
 * begins with also answers for the paths that no route has, and for everything that fails before a handler runs:
 * a missing key, a missing scope, a body that cannot be read, fields that do not fit.
 */
export interface RouteGroup {
  /** For the documentation: `Tributary`, `Airweave`. */
  readonly title: string;
  /** `''` for the root, else like `/v1`; the paths of the routes are appended to it. */
  readonly prefix: string;
  readonly routes: readonly RouteDeclaration[];
  readonly services: unknown;
  /**
   * Asked in the place of the gate's look at the scope, once the key is known and before a body is read, where what the path
   * names counts before what the key may do.
   * @throws forbidden, and not-found errors
   */
  readonly admit?: (
    actor: Actor,
    route: RouteDeclaration,
    params: Readonly<Record<string, string | undefined>>,
  ) => Promise<void>;
  /** Unknown throwables arrive as `internal`, a path without a route as `route_not_found`. Must not throw. */
  readonly presentError: (error: AppError, request: FailedRequest) => ErrorAnswer;
}

interface TypedRouteGroup<Services> extends RouteGroup {
  readonly routes: readonly RouteDeclaration<Services>[];
  readonly services: Services;
}

/** Checks that the services are those that the routes ask for, and erases them so that groups stand in one list. */
export function routeGroup<Services>(group: TypedRouteGroup<Services>): RouteGroup {
  return group;
}
