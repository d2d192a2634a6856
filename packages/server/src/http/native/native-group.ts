import type { AuditLog } from '../../audit/service.ts';
import type { RoleService } from '../../auth/roles/service.ts';
import type { UsageService } from '../../collections/usage.ts';
import type { DiskWatch } from '../../host/disk-watch.ts';
import type { NotificationService } from '../../notifications/service.ts';
import type { OrganizationService } from '../../organizations/service.ts';
import type { ProjectService } from '../../projects/service.ts';
import type { Services } from '../../services.ts';
import { presentError } from '../problem.ts';
import { routeGroup, type RouteGroup } from '../route-group.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { connectionTypeRoutes } from './connection-type-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import { connectorRoutes } from './connector-routes.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { environmentRoutes } from './environment-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { notificationRoutes } from './notification-routes.ts';
import { oauthClientRoutes } from './oauth-client-routes.ts';
import { organizationRoutes } from './organization-routes.ts';
import { projectRoutes } from './project-routes.ts';
import { roleRoutes } from './role-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { sourceConnectionRoutes } from './source-connection-routes.ts';
import { usageRoutes } from './usage-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { variableRoutes } from './variable-routes.ts';

/** What the native routes may call beside what every dialect may. */
export interface NativeServices extends Services {
  readonly audit: AuditLog;
  readonly disk: Pick<DiskWatch, 'state'>;
  readonly notifications: NotificationService;
  readonly organizations: OrganizationService;
  readonly projects: ProjectService;
  readonly roles: RoleService;
  readonly usage: UsageService;
}

/** What no dialect has: Tributary's own API under `/tributary/v1`. */
export function nativeGroup(services: NativeServices): RouteGroup {
  return routeGroup<NativeServices>({
    title: 'Tributary',
    prefix: '/tributary/v1',
    services,
    routes: [
      ...sourceConnectionRoutes,
      ...streamRoutes,
      ...jobRoutes,
      ...searchRoutes,
      ...organizationRoutes,
      ...connectionTypeRoutes,
      ...deploymentRoutes,
      ...projectRoutes,
      ...environmentRoutes,
      ...variableRoutes,
      ...certificateRoutes,
      ...connectorRoutes,
      ...usageRoutes,
      ...oauthClientRoutes,
      ...apiKeyRoutes,
      ...roleRoutes,
      ...auditRoutes,
      ...notificationRoutes,
    ],
    presentError,
  });
}
