import type { Insertable, Updateable } from 'kysely';
import type { Actor } from '../auth/actor.ts';
import type { ControlTables, Millis } from '../control/schema.ts';
import { newId, type ConnectionId, type ProjectId } from '../lib/ids.ts';
import { handleKey, type CommonFields } from './connection-input.ts';
import type { StoredType } from './stored-type.ts';

type NewRow = Insertable<ControlTables['connection']> & { readonly id: ConnectionId };

/** The columns that a full replacement writes; the sealed part goes elsewhere. */
export function namedChange(
  actor: Actor,
  { handle, now }: { readonly handle: string; readonly now: Millis },
  { description, enabled, deployToWorker }: CommonFields,
  { connector, endpoint, typeFields }: StoredType,
) {
  return {
    handle,
    handle_key: handleKey(handle),
    connector,
    description,
    endpoint: JSON.stringify(endpoint),
    type_fields: typeFields && JSON.stringify(typeFields),
    enabled: enabled ? 1 : 0,
    deploy_to_worker: deployToWorker ? 1 : 0,
    // The secrets that it needs are there, or it would have been refused.
    authenticated_at: now,
    modified_at: now,
    modified_by_email: actor.email,
  } satisfies Updateable<ControlTables['connection']>;
}

export function newNamedRow(
  actor: Actor,
  place: {
    readonly projectId: ProjectId;
    readonly handle: string;
    readonly label: string | null;
    readonly now: Millis;
  },
  common: CommonFields,
  stored: StoredType,
): NewRow {
  return {
    ...namedChange(actor, place, common, stored),
    id: newId<ConnectionId>(),
    organization_id: actor.organizationId,
    project_id: place.projectId,
    connector_given: stored.connector,
    auth_method: 'direct',
    stays: 1,
    label: place.label,
    created_at: place.now,
    created_by_email: actor.email,
  };
}
