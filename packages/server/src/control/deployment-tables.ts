import type { Generated } from 'kysely';
import type { ConnectionId, OrganizationId, ProjectId, WorkerId } from '../lib/ids.ts';
import type { Flag, Millis } from './schema.ts';

/** `removed`: let go of. */
export type HeldState = 'open' | 'disabled' | 'removed' | 'failed';

/** What workers are to hold, which of them live, and what they have answered. */
export interface DeploymentTables {
  deployment: {
    connection_id: ConnectionId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    handle: string;
    connector: string;
    enabled: Flag;
    removed: Generated<Flag>;
    revision: number;
    version: number;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    placed_at: Millis;
  };
  worker: {
    id: WorkerId;
    owner: string;
    machine: string;
    host: string;
    pid: number;
    environment: string;
    started_at: Millis;
    seen_at: Millis;
    lost_at: Millis | null;
  };
  worker_deployment: {
    worker_id: WorkerId;
    connection_id: ConnectionId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    version: number;
    state: HeldState;
    message: string | null;
    answered_at: Millis;
    used_at: Millis | null;
    failed_at: Millis | null;
    failure: string | null;
  };
}
