import { z } from 'zod';
import { routeFor } from '../../http/route.ts';
import { idOf, Uuid } from '../../http/wire-values.ts';
import type { ConnectionId, RelationshipId } from '../../lib/ids.ts';
import type { Services } from '../../services.ts';

export const route = routeFor<Services>();
export const tag = 'integration-sources';

export const SourceParams = z.object({ source_id: idOf<ConnectionId>() });
export const IntegrationSourceParams = z.object({ integration_source_id: idOf<ConnectionId>() });
export const RelationshipParams = z.object({ relationship_id: idOf<RelationshipId>() });

/** A UUID; an empty text and `null` are an absent one. */
const optionalId = z
  .preprocess((given) => (given === '' || given === 'null' ? undefined : given), Uuid.optional())
  .meta({ type: 'string', format: 'uuid' });

/** The ids that every operation takes beside the one in its path, to say what the caller means. */
export const scopeIds = {
  organization_id: optionalId.describe('Of the source; another one is not found.'),
  resource_id: optionalId,
  source_id: optionalId,
  integration_source_id: optionalId,
  data_source_id: optionalId.describe('The `legacy_data_source_id` of the source; another one is not found.'),
  context_source_id: optionalId,
  job_id: optionalId,
};

const { source_id: _source, integration_source_id: _integration, ...others } = scopeIds;
/** With `source_id` in the path. */
export const ScopeQuery = z.object({ ...others, integration_source_id: scopeIds.integration_source_id });
export type Scope = Partial<z.output<typeof ScopeQuery>>;
