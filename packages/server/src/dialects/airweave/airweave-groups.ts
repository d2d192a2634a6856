import { routeGroup, type RouteGroup } from '../../http/route-group.ts';
import type { Services } from '../../services.ts';
import type { FaceRoutes } from './airweave-route.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { authProviderRoutes } from './auth-provider-routes.ts';
import { authorizationRoutes } from './authorization-routes.ts';
import { collectionRoutes } from './collection-routes.ts';
import { documented, observed } from './faces.ts';
import { jobEventRoutes } from './job-event-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { legacySourceConnectionRoutes } from './legacy-source-connection-routes.ts';
import { errorPresenter } from './present-error.ts';
import { searchRoutes } from './search-routes.ts';
import { sourceConnectionRoutes } from './source-connection-routes.ts';
import { sourceRoutes } from './source-routes.ts';

const nouns: readonly FaceRoutes[] = [
  sourceRoutes,
  collectionRoutes,
  searchRoutes,
  authorizationRoutes,
  sourceConnectionRoutes,
  legacySourceConnectionRoutes,
  jobRoutes,
  jobEventRoutes,
  apiKeyRoutes,
  authProviderRoutes,
];

/** Both faces of the Airweave API: `/v1` as its documents say, no prefix as it runs. */
export function airweaveGroups(services: Services): readonly RouteGroup[] {
  return [documented, observed].map((face) =>
    routeGroup({
      title: face.title,
      prefix: face.prefix,
      services,
      routes: nouns.flatMap((routes) => routes(face)),
      presentError: errorPresenter(face),
    }),
  );
}
