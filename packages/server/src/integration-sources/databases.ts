import type { Actor } from '../auth/actor.ts';
import { errors } from '../errors.ts';
import { newId, type ConnectionId } from '../lib/ids.ts';
import { getSource, type SourceNeeds } from './lookup.ts';
import type { NewDatabase, SourceDatabase } from './model.ts';
import { insertDatabase, type DatabaseRow } from './repository.ts';

function toDatabase(row: DatabaseRow): SourceDatabase {
  return {
    id: row.id,
    sourceId: row.connection_id,
    name: row.name,
    description: {
      text: row.description,
      source: row.description_source,
      generatedAt: row.description_generated_at,
      version: row.description_version,
    },
    isActive: row.is_active === 1,
    priority: row.priority,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}

/** See `IntegrationSourceService.addDatabase`. */
export async function addDatabase(
  needs: SourceNeeds,
  actor: Actor,
  id: ConnectionId,
  input: NewDatabase,
): Promise<SourceDatabase> {
  const now = needs.clock.now();
  const { description = null, descriptionSource, descriptionGeneratedAt } = input;
  const row: DatabaseRow = {
    id: newId(),
    organization_id: actor.organizationId,
    connection_id: id,
    name: input.name,
    description,
    description_source: descriptionSource ?? (description === null ? null : 'manual_edit'),
    description_generated_at: descriptionGeneratedAt ?? (description === null ? null : now),
    description_version: 1,
    is_active: input.isActive ? 1 : 0,
    priority: input.priority,
    created_at: now,
    modified_at: now,
  };
  await needs.control.transaction(async (tx) => {
    await getSource(needs, tx, actor.organizationId, id);
    if (!(await insertDatabase(tx, row))) throw errors.integration_database_exists({ name: input.name });
    const action = 'integration_source.database_added';
    await needs.audit.record(tx, actor, { action, subjectKind: 'connection', subjectId: id });
  });
  return toDatabase(row);
}
