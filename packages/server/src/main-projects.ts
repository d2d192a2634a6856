import type { AuditLog } from './audit/service.ts';
import { createKeyMaterialReader } from './certificates/key-material-reader.ts';
import { type CertificateChange, createCertificateService } from './certificates/service.ts';
import type { ControlStore, Queryable } from './control/database.ts';
import { createEnvironmentService } from './environments/service.ts';
import { createVariableService, type VariableChange } from './environments/variables.ts';
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
  /** After the commit: what placeholders stand for has changed. Must not throw. */
  readonly onVariablesChanged?: (change: VariableChange) => void;
  /** After the commit: another certificate has the name now. Must not throw. */
  readonly onCertificateChanged?: (change: CertificateChange) => void;
  /** Whether connections of the project name the certificate; without it none does. */
  readonly isCertificateReferenced?: (tx: Queryable, certificate: CertificateChange) => Promise<boolean>;
}

/** What projects hold beside connections. */
export function buildProjectParts(needs: Needs): Pick<Services, 'environments' | 'variables' | 'certificates'> {
  const { onVariablesChanged, onCertificateChanged, isCertificateReferenced, ...common } = needs;
  return {
    environments: createEnvironmentService(common),
    variables: createVariableService({ ...common, ...(onVariablesChanged && { onChanged: onVariablesChanged }) }),
    certificates: createCertificateService({
      ...common,
      read: createKeyMaterialReader(),
      ...(onCertificateChanged && { onChanged: onCertificateChanged }),
      ...(isCertificateReferenced && { isReferenced: isCertificateReferenced }),
    }),
  };
}
