import type { Logger } from 'pino';
import { createAuditLog } from './audit/service.ts';
import { KeyAuthenticator } from './auth/key-authenticator.ts';
import { createRoleService } from './auth/roles/service.ts';
import { createApiKeyService } from './auth/service.ts';
import type { ControlStore } from './control/database.ts';
import type { Clock } from './lib/clock.ts';
import type { OrganizationId } from './lib/ids.ts';
import { createOrganizationService } from './organizations/service.ts';
import { createProjectService } from './projects/service.ts';

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Who may do what, and the log of what they did. */
export function buildAccess({ control, clock, log }: Needs) {
  const audit = createAuditLog({ control, clock });
  const authenticator = new KeyAuthenticator({ control, clock, log });
  const apiKeys = createApiKeyService({ control, clock, audit, onRevoked: (id) => authenticator.forget(id) });
  const onChanged = (id: OrganizationId): void => authenticator.forgetOrganization(id);
  const roles = createRoleService({ control, clock, audit, onChanged });
  const projects = createProjectService({ control, clock, audit });
  const organizations = createOrganizationService({ control, clock, projects, apiKeys });
  return { audit, authenticator, apiKeys, roles, projects, organizations };
}
