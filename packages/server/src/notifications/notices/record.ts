import { createHash } from 'node:crypto';
import type { Queryable } from '../../control/database.ts';
import type { Millis } from '../../control/schema.ts';
import { newId } from '../../lib/ids.ts';
import type { ConnectionId, NoticeDeliveryId, NoticeId, OrganizationId, SourceConnectionId } from '../../lib/ids.ts';
import { type EventKind, type Happening, isAtLeast, type Place, type Severity } from '../model.ts';
import {
  countRepeat,
  type HearerRow,
  insertDeliveries,
  insertNotice,
  insertRepeat,
  listHearers,
  type RepeatKey,
  resetRepeat,
} from './repository.ts';

/** The same kind for the same rule and source connection is told once in so long, unless what it says is another. */
export const HOLD_BACK_MS = 15 * 60_000;
/** So many changes and streams are named; the rest is counted. */
const NAMED = 20;
const WORDS = 1_000;

export interface Occurrence {
  readonly organizationId: OrganizationId;
  readonly subject: { readonly sourceConnectionId: SourceConnectionId } | { readonly connectionId: ConnectionId };
  readonly happening: Happening;
  /** Rules that ask for this kind are left out: they hear of it otherwise. */
  readonly butNot?: EventKind;
  readonly now: Millis;
}

/**
 * Writes down what happened for every rule that asks for it, in the transaction of what caused it: both stand or fall together.
 * Costs one look-up by keys when the project has no rule.
 */
export async function recordNotice(tx: Queryable, occurrence: Occurrence): Promise<void> {
  const { organizationId, subject, happening, now } = occurrence;
  const rows = await listHearers(tx, organizationId, subject);
  const [first] = rows;
  if (!first) return;
  const severity = severityOf(happening);
  const concerned = hearing(rows, occurrence, severity);
  const subjectId = happening.kind === 'credential.needs_renewal' ? first.connection_id : first.source_connection_id;
  const fingerprint = fingerprintOf(happening, first);
  const told: { readonly ruleId: HearerRow['rule_id']; readonly repeats: number }[] = [];
  for (const ruleId of concerned) {
    const key = { ruleId, subjectId, kind: happening.kind };
    const repeats = await takeTurn(tx, organizationId, key, { fingerprint, now });
    if (repeats !== undefined) told.push({ ruleId, repeats });
  }
  if (told.length === 0) return;
  const notice = {
    id: newId<NoticeId>(),
    organization_id: organizationId,
    project_id: first.project_id,
    kind: happening.kind,
    severity,
    facts: JSON.stringify({ ...placeOf(rows), ...detailsOf(happening) }),
    created_at: now,
  };
  await insertNotice(tx, notice);
  await insertDeliveries(
    tx,
    told.map(({ ruleId, repeats }) => ({
      id: newId<NoticeDeliveryId>(),
      organization_id: organizationId,
      project_id: first.project_id,
      notice_id: notice.id,
      rule_id: ruleId,
      state: 'waiting' as const,
      repeats,
      next_attempt_at: now,
      created_at: now,
    })),
  );
}

/** The rules that ask for it, each once and always in the same order, so that two transactions wait for each other and no more. */
function hearing(rows: readonly HearerRow[], { happening, butNot }: Occurrence, severity: Severity) {
  const asks = rows.filter(({ events, min_severity: least, source_connections: only, source_connection_id: id }) => {
    const kinds = JSON.parse(events) as readonly string[];
    if (!kinds.includes(happening.kind) || (butNot && kinds.includes(butNot))) return false;
    return isAtLeast(severity, least) && (only === null || (JSON.parse(only) as readonly string[]).includes(id));
  });
  return [...new Set(asks.map((row) => row.rule_id))].toSorted();
}

/** How many like it were held back before; `undefined`: this one is held back too, and counted. */
async function takeTurn(
  tx: Queryable,
  organizationId: OrganizationId,
  key: RepeatKey,
  seen: { readonly fingerprint: string; readonly now: Millis },
): Promise<number | undefined> {
  if (await insertRepeat(tx, organizationId, key, seen)) return 0;
  const before = await countRepeat(tx, organizationId, key);
  if (!before) return 0;
  const same = before.fingerprint === seen.fingerprint;
  if (same && seen.now - before.noticed_at < HOLD_BACK_MS) return undefined;
  await resetRepeat(tx, organizationId, key, seen);
  return before.held_back - 1;
}

function severityOf(happening: Happening): Severity {
  if (happening.kind === 'sweep.held') return 'warning';
  if (happening.kind !== 'schema.changed') return 'error';
  const bad = ['held', 'refused', 'deleted'];
  const mild = ['stream_added', 'field_added', 'stream_returned'];
  const isMild = happening.changes.every(({ kind, action }) => mild.includes(kind) && !bad.includes(action));
  return isMild ? 'info' : 'warning';
}

function fingerprintOf(happening: Happening, row: HearerRow): string {
  const said = (() => {
    if (happening.kind === 'sync.failed') return happening.errorCode;
    // Another loss of the same access follows a renewal.
    if (happening.kind === 'credential.needs_renewal') return [row.credential_updated_at, row.authenticated_at];
    if (happening.kind === 'schema.changed') return happening.changes;
    return happening.streams.map(({ stream }) => stream);
  })();
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
}

function placeOf(rows: readonly HearerRow[]): Place {
  const [first] = rows as readonly [HearerRow, ...HearerRow[]];
  const sources = new Map(
    rows.map((row) => [
      row.source_connection_id,
      { id: row.source_connection_id, name: row.source_connection, collection: row.collection },
    ]),
  );
  return {
    project: first.project,
    connectionId: first.connection_id,
    connection: first.connection,
    sourceConnections: [...sources.values()].slice(0, NAMED),
  };
}

/** What the happening says beside its place, cut to a size that every kind of connection carries. */
function detailsOf(happening: Happening): object {
  switch (happening.kind) {
    case 'sync.failed':
      return { ...happening, error: cut(happening.error) };
    case 'credential.needs_renewal':
      return { ...happening, reason: cut(happening.reason) };
    case 'schema.changed':
      return { ...happening, changes: happening.changes.slice(0, NAMED), changesInAll: happening.changes.length };
    case 'sweep.held':
      return { ...happening, streams: happening.streams.slice(0, NAMED), streamsInAll: happening.streams.length };
  }
}

function cut(text: string): string {
  return text.length <= WORDS ? text : `${text.slice(0, WORDS - 1)}…`;
}
