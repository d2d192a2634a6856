import { routeGroup, type RouteGroup } from '../../http/route-group.ts';
import type { ApinizerServices } from './apinizer-route.ts';
import { connectionRoutes } from './connection-routes.ts';
import { presentError } from './present-error.ts';
import { tokenRoutes } from './token-routes.ts';

/** Connections by name, as the Apinizer management API publishes them. */
export function apinizerGroup(services: ApinizerServices): RouteGroup {
  return routeGroup<ApinizerServices>({
    title: 'Apinizer',
    prefix: '/apiops',
    services,
    routes: [...tokenRoutes, ...connectionRoutes],
    presentError,
    // A project that is not there is told before what the key may not do, and both before anything in the body.
    async admit(actor, route, { projectName = '' }) {
      const needed = route.access === 'source_connections:read' ? 'CONNECTIONS:VIEW' : 'CONNECTIONS:MANAGE';
      await services.namedConnections.admit(actor, projectName, needed);
    },
  });
}
