import type { AuditLog } from '../audit/service.ts';
import type { ControlStore } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { findOwner, upsertFacts } from './repository.ts';

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

/**
 * Makes a connection a system source, or an ordinary one again: the operator's doing, who works for every organization.
 * @throws integration_source_not_found
 */
export async function markSystemSource(
  { control, clock, audit }: Needs,
  id: ConnectionId,
  isSystem: boolean,
): Promise<void> {
  await control.transaction(async (tx) => {
    const organizationId = await findOwner(tx, id);
    if (!organizationId) throw errors.integration_source_not_found({ id });
    await upsertFacts(tx, organizationId, id, { is_system: isSystem ? 1 : 0, modified_at: clock.now() });
    const action = isSystem ? 'integration_source.made_system' : 'integration_source.made_ordinary';
    await audit.recordOwn(tx, organizationId, { action, subjectKind: 'connection', subjectId: id });
  });
}
