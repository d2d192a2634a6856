import type { RouteGroup } from './route-group.ts';
import type { RouteDeclaration } from './route.ts';

/** What a route answers to: HEAD comes with every GET but those of event streams, which have no length to tell. */
export function methodsOf(route: RouteDeclaration): readonly string[] {
  const events = Object.values(route.returns).includes('event-stream');
  return route.method === 'GET' && !events ? ['GET', 'HEAD'] : [route.method];
}

/** The methods that a group has for a path, sorted; none when it does not have the path. */
export function allowedMethods(groups: readonly RouteGroup[], path: string): readonly string[] {
  const segments = segmentsOf(path);
  const routes = groups.flatMap(({ prefix, routes: own }) =>
    own.filter((route) => matches(segmentsOf(`${prefix}${route.path}`), segments)),
  );
  return [...new Set(routes.flatMap(methodsOf))].toSorted();
}

/** One slash at the end counts for nothing, as in the router. */
function segmentsOf(path: string): readonly string[] {
  return path.replace(/\/$/, '').split('/');
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]));
}
