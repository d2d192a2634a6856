import type { Logger } from '@tributary/connectors/kit/context';
import type { AuditLog } from '../../audit/service.ts';
import { KEEP_MS, type AuthorizationSessions } from '../../auth/oauth/sessions/service.ts';
import type { ControlStore } from '../../control/database.ts';
import type { Clock } from '../../lib/clock.ts';
import type { SourceRemoval } from '../removal.ts';
import { listNeverAuthorized } from '../repository.ts';

const HOUR_MS = 3_600_000;
const BATCH = 100;

export interface ExpiryNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Pick<AuditLog, 'recordOwn'>;
  readonly sessions: Pick<AuthorizationSessions, 'sweep'>;
  readonly removal: Pick<SourceRemoval, 'mark' | 'finish'>;
}

/**
 * Removes source connections that nobody has allowed within a day of the last link, and sessions that ended a day ago.
 * Answers how many of each.
 */
export async function expireAuthorizations(
  needs: ExpiryNeeds,
): Promise<{ readonly sourceConnections: number; readonly sessions: number }> {
  const { control, clock, audit, removal } = needs;
  const before = clock.now() - KEEP_MS;
  const abandoned = await listNeverAuthorized(control.db, before, BATCH);
  for (const { organization_id: organizationId, id } of abandoned) {
    await control.transaction(async (tx) => {
      // Somebody may have asked for a link, or given tokens, since.
      if ((await listNeverAuthorized(tx, before, 1, id)).length === 0) return;
      await removal.mark(tx, organizationId, id);
      await audit.recordOwn(tx, organizationId, {
        action: 'source_connection.expired',
        subjectKind: 'source_connection',
        subjectId: id,
      });
    });
    await removal.finish(organizationId, id);
  }
  return { sourceConnections: abandoned.length, sessions: await needs.sessions.sweep() };
}

/** Does so once an hour until the signal is aborted; a fault of the control store is logged, and the next hour tries again. */
export async function keepExpiring(needs: ExpiryNeeds, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const expired = await expireAuthorizations(needs);
      if (expired.sourceConnections > 0) needs.log.info({ ...expired }, 'connections that nobody allowed are removed');
    } catch (error) {
      if (!signal.aborted) needs.log.warn({ error }, 'abandoned authorizations could not be removed');
    }
    await needs.clock.sleep(HOUR_MS, signal).catch(() => undefined);
  }
}
