import type { Services } from '../../services.ts';
import { presentError } from '../problem.ts';
import { routeGroup, type RouteGroup } from '../route-group.ts';
import { jobRoutes } from './job-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { sourceConnectionRoutes } from './source-connection-routes.ts';

/** What no dialect has: Tributary's own API under `/tributary/v1`. */
export function nativeGroup(services: Services): RouteGroup {
  return routeGroup({
    title: 'Tributary',
    prefix: '/tributary/v1',
    services,
    routes: [...sourceConnectionRoutes, ...jobRoutes, ...searchRoutes],
    presentError,
  });
}
