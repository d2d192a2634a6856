import type { AuditLog } from './audit/service.ts';
import { createKeyMaterialReader } from './certificates/key-material-reader.ts';
import { createCertificateService } from './certificates/service.ts';
import type { ControlStore } from './control/database.ts';
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
}

/** What projects hold beside connections. */
export function buildProjectParts(needs: Needs): Pick<Services, 'environments' | 'variables' | 'certificates'> {
  return {
    environments: createEnvironmentService(needs),
    variables: createVariableService(needs),
    certificates: createCertificateService({ ...needs, read: createKeyMaterialReader() }),
  };
}
