import type { AuditLog } from './audit/service.ts';
import { createKeyMaterialReader } from './certificates/key-material-reader.ts';
import { createCertificateService } from './certificates/service.ts';
import { isKeyMaterialUsed } from './connections/key-material-users.ts';
import type { ControlStore } from './control/database.ts';
import type { Redeployments } from './deployments/create-deployments.ts';
import { createEnvironmentService } from './environments/service.ts';
import { createVariableService } from './environments/variables.ts';
import type { Clock } from './lib/clock.ts';
import type { ProjectService } from './projects/service.ts';
import type { Services } from './services.ts';
import type { Vault } from './vault/vault.ts';

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly projects: ProjectService;
  /** Follows changes of what deployed connections stand on. */
  readonly placing: Pick<Redeployments, 'follow'>;
}

/** What projects hold beside connections. */
export function buildProjectParts(needs: Needs): Pick<Services, 'environments' | 'variables' | 'certificates'> {
  const { placing, ...common } = needs;
  return {
    environments: createEnvironmentService(common),
    variables: createVariableService({
      ...common,
      onChange: (tx, { organizationId, projectId, names }) =>
        placing.follow(tx, organizationId, projectId, { variables: names }),
    }),
    certificates: createCertificateService({
      ...common,
      read: createKeyMaterialReader(),
      onReplace: (tx, { organizationId, projectId, name }) =>
        placing.follow(tx, organizationId, projectId, { keyMaterial: [name] }),
      isReferenced: isKeyMaterialUsed,
    }),
  };
}
