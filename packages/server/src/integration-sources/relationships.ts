import { createHash } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Actor } from '../auth/actor.ts';
import type { ControlTables } from '../control/schema.ts';
import { errors } from '../errors.ts';
import { asId, type ConnectionId, type RelationshipId } from '../lib/ids.ts';
import { inferRelationships } from './infer-relationships.ts';
import { getSource, settingsOf, type SourceNeeds } from './lookup.ts';
import type { Relationship, RelationshipChange, RelationshipKind, RelationshipStatus } from './model.ts';
import {
  findRelationship,
  insertRelationships,
  listRelationships,
  updateRelationship,
  type RelationshipRow,
} from './repository.ts';

export interface RelationshipQuery {
  readonly status?: RelationshipStatus | undefined;
  readonly kind?: RelationshipKind | undefined;
}

interface Seen {
  readonly kind: RelationshipKind;
  readonly stream: string;
  readonly columns: readonly string[];
  readonly toStream: string;
  readonly toColumns: readonly string[];
  readonly score: number;
  readonly evidence: string;
}

/** The same relationship of the same source has the same id whenever it is found. */
function idOf(sourceId: ConnectionId, { stream, columns, toStream, toColumns }: Seen): RelationshipId {
  const facts = JSON.stringify([sourceId, stream, columns, toStream, toColumns]);
  const hash = createHash('sha256').update(facts).digest('hex');
  // The form of a UUID whose bits are made by its maker (RFC 9562 §5.8).
  return asId(
    `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
  );
}

function toRelationship(row: RelationshipRow): Relationship {
  return {
    id: row.id,
    sourceId: row.connection_id,
    kind: row.kind,
    status: row.status,
    score: row.score,
    evidence: row.evidence,
    fromStream: row.from_stream,
    fromColumns: JSON.parse(row.from_columns) as string[],
    toStream: row.to_stream,
    toColumns: JSON.parse(row.to_columns) as string[],
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}

async function discover(needs: SourceNeeds, actor: Actor, id: ConnectionId): Promise<readonly Seen[]> {
  const found = await getSource(needs, needs.control.db, actor.organizationId, id);
  const schema = found.connector.inspect && (await needs.probe.inspect(await settingsOf(needs, found)));
  if (!schema) return [];
  return [
    ...schema.foreignKeys.map((key) => ({
      ...key,
      kind: 'FOREIGN_KEY' as const,
      score: 1,
      evidence: `declared as ${key.name}`,
    })),
    ...inferRelationships(schema).map((one) => ({ ...one, kind: 'INFERRED' as const })),
  ];
}

/** Asks the source; what is new is kept, what somebody has decided about stays as decided. */
export async function listSourceRelationships(
  needs: SourceNeeds,
  actor: Actor,
  id: ConnectionId,
  query: RelationshipQuery,
): Promise<readonly Relationship[]> {
  const seen = await discover(needs, actor, id);
  const now = needs.clock.now();
  const rows = seen.map((one): Insertable<ControlTables['integration_relationship']> => ({
    id: idOf(id, one),
    organization_id: actor.organizationId,
    connection_id: id,
    kind: one.kind,
    status: one.kind === 'FOREIGN_KEY' ? 'APPROVED' : 'SUGGESTED',
    score: one.score,
    evidence: one.evidence,
    from_stream: one.stream,
    from_columns: JSON.stringify(one.columns),
    to_stream: one.toStream,
    to_columns: JSON.stringify(one.toColumns),
    created_at: now,
    modified_at: now,
  }));
  const { db } = needs.control;
  await needs.control.transaction((tx) => insertRelationships(tx, rows));
  return (await listRelationships(db, actor.organizationId, id, query)).map(toRelationship);
}

/** See `IntegrationSourceService.changeRelationship`. */
export async function changeRelationship(
  needs: SourceNeeds,
  actor: Actor,
  id: RelationshipId,
  { status, score, evidence }: RelationshipChange,
): Promise<Relationship> {
  const { organizationId } = actor;
  return needs.control.transaction(async (tx) => {
    const row = await findRelationship(tx, organizationId, id);
    if (!row) throw errors.relationship_not_found({ id });
    const change = {
      ...(status !== undefined && { status }),
      ...(score !== undefined && { score }),
      ...(evidence !== undefined && { evidence }),
    };
    if (Object.keys(change).length === 0) return toRelationship(row);
    const after = { ...change, modified_at: needs.clock.now() };
    await updateRelationship(tx, organizationId, id, after);
    const action = 'integration_source.relationship_changed';
    await needs.audit.record(tx, actor, { action, subjectKind: 'integration_relationship', subjectId: id });
    return toRelationship({ ...row, ...after });
  });
}
