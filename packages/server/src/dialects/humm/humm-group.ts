import { routeGroup, type RouteGroup } from '../../http/route-group.ts';
import type { Services } from '../../services.ts';
import { catalogueRoutes } from './catalogue-routes.ts';
import { presentError } from './present-error.ts';
import { sourceRoutes } from './source-routes.ts';
import { syncRoutes } from './sync-routes.ts';

/** Integration sources, as the document of Humm's configuration API has them and with what makes it usable. */
export function hummGroup(services: Services): RouteGroup {
  return routeGroup<Services>({
    title: 'Integration sources',
    prefix: '/api/integration-sources',
    services,
    routes: [...sourceRoutes, ...syncRoutes, ...catalogueRoutes],
    presentError,
  });
}
