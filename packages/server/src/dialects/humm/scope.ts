import type { Actor } from '../../auth/actor.ts';
import { errors } from '../../errors.ts';
import type { ConnectionId } from '../../lib/ids.ts';
import type { Services } from '../../services.ts';
import type { Scope } from './humm-route.ts';

/**
 * The ids of the query say what the caller means: when they mean another organization, or another older id, the source is
 * not found.
 */
export async function refuseForeign(
  { integrationSources }: Pick<Services, 'integrationSources'>,
  actor: Actor,
  id: ConnectionId,
  { organization_id: organization, data_source_id: older }: Scope,
): Promise<void> {
  if (organization !== undefined && organization !== actor.organizationId)
    throw errors.integration_source_not_found({ id });
  if (older === undefined) return;
  const { legacyDataSourceId } = await integrationSources.get(actor, id);
  if (legacyDataSourceId !== older) throw errors.integration_source_not_found({ id });
}
