import type { BrokenStream } from '@tributary/connectors/kit/broken-stream';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { Probe, ProbeInput } from '../connections/probe.ts';
import type { StreamPreview } from '../connections/preview.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { ConnectionService } from '../connections/service.ts';
import { checkConfig, checkCredentials } from '../connections/settings.ts';
import type { ControlStore } from '../control/database.ts';
import { declaredFields } from '../engine/field-types.ts';
import { acceptHeld, heldIn } from '../engine/schema-memory.ts';
import type { SchemaMemory } from '../engine/schema-memory.ts';
import type { Selection } from '../engine/selection.ts';
import { AppError, errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type { OrganizationKeys } from '../vault/organization-keys.ts';
import type { CheckInput } from './model.ts';
import {
  findSchema,
  listSchemaChanges,
  updateSchema,
  updateSourceConnection,
  type JoinedRow,
  type SchemaRow,
} from './repository.ts';
import { schemaView, type SchemaView } from './schema-view.ts';
import { checkSelection, selectionOf, type KnownStream } from './selection-input.ts';
import { decideMethod } from './settings-check.ts';
import { configOf, getRow } from './views.ts';

export interface StoredSelection {
  readonly selection: Selection;
  /** Of the source connection; the ETag is made of it. */
  readonly version: number;
  /** What was allowed and may be a mistake. */
  readonly warnings: readonly string[];
}

export interface PreviewInput extends Omit<CheckInput, 'method'> {
  readonly selection: Selection;
}

/**
 * What of a source is let in: which streams, with which fields, and what becomes of new ones. Every call stays inside the
 * actor's organization and throws `source_connection_not_found` for an id of another one.
 */
export interface SelectionService {
  get(actor: Actor, id: SourceConnectionId): Promise<StoredSelection>;
  /**
   * Replaces the selection as a whole; the next job goes by it, and reads anew what it concerns. The source is asked when
   * names are given that are not known yet. Throws what `checkSelection` and the live calls throw; with `ifVersion`,
   * `precondition_failed` when the stored version is another.
   */
  replace(actor: Actor, id: SourceConnectionId, selection: Selection, ifVersion?: number): Promise<StoredSelection>;
  /** What is known of the source's schema; empty before its first job. */
  schema(actor: Actor, id: SourceConnectionId): Promise<SchemaView>;
  /** Lets in what is held: all, or of the named streams. The next job reads it. Throws `schema_not_held`. */
  accept(actor: Actor, id: SourceConnectionId, streams?: readonly string[]): Promise<SchemaView>;
  /** The first records of every selected stream, as they would be stored. Nothing is saved. */
  preview(actor: Actor, input: PreviewInput): Promise<readonly StreamPreview[]>;
  /** The same for a source connection, with its own selection or another one. */
  previewOf(actor: Actor, id: SourceConnectionId, selection?: Selection): Promise<readonly StreamPreview[]>;
}

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly registry: ConnectorRegistry;
  readonly probe: Probe;
  readonly connections: ConnectionService;
  readonly organizationKeys: OrganizationKeys;
}

const CHANGES_SHOWN = 200;

/** What a live call to the source of a source connection needs. */
async function settingsOf(needs: Needs, actor: Actor, row: JoinedRow): Promise<ProbeInput> {
  const { control, connections, registry } = needs;
  const sealed = await connections.openSettings(control.db, actor.organizationId, row.connection_id);
  const config: JsonObject = { ...configOf(row), ...sealed.config };
  return {
    connection: { organizationId: actor.organizationId, id: row.connection_id },
    connector: await registry.get(actor.organizationId, row.connector),
    config,
    credentials: sealed.credentials,
  };
}

function knownStreams(memory: SchemaMemory): readonly KnownStream[] {
  return Object.entries(memory)
    .filter(([, { state }]) => state !== 'gone')
    .map(([name, { fields, seen, heldFields, open, primaryKey }]) => ({
      name,
      fields: { ...fields, ...seen, ...heldFields },
      open,
      primaryKey: primaryKey ?? [],
    }));
}

async function askStreams(needs: Needs, actor: Actor, row: JoinedRow): Promise<readonly KnownStream[]> {
  // A stream that cannot be read can be left out all the same.
  const broken: KnownStream[] = [];
  const tellBroken = ({ name, nameless }: BrokenStream): void => {
    if (!nameless) broken.push({ name, fields: {}, open: true, primaryKey: [] });
  };
  const streams = await needs.probe.discover({ ...(await settingsOf(needs, actor, row)), tellBroken });
  const readable = streams.map(({ name, jsonSchema, primaryKey = [] }) => ({
    name,
    ...declaredFields(jsonSchema),
    primaryKey,
  }));
  return [...readable, ...broken];
}

const isUnknown = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'unknown_stream' || error.code === 'unknown_field');

/** What is remembered may be older than what the source has by now, so it is asked before a name is refused. */
async function warningsOf(
  needs: Needs,
  actor: Actor,
  row: JoinedRow,
  selection: Selection,
): Promise<readonly string[]> {
  const schema = await findSchema(needs.control.db, actor.organizationId, row.id);
  if (schema) {
    try {
      return checkSelection(selection, knownStreams(schema.memory));
    } catch (error) {
      if (!isUnknown(error)) throw error;
    }
  }
  return checkSelection(selection, await askStreams(needs, actor, row));
}

/** The key is made with the first rule that can need it; every rule may, since cursors are sealed with it. */
function hashKeyOf(needs: Needs, actor: Actor, { fields }: Selection) {
  return fields.length === 0 ? undefined : needs.organizationKeys.get(needs.control.db, actor.organizationId);
}

async function replaceSelection(
  needs: Needs,
  actor: Actor,
  id: SourceConnectionId,
  selection: Selection,
  ifVersion: number | undefined,
): Promise<StoredSelection> {
  const { control, clock, audit } = needs;
  const stale = ({ version }: JoinedRow) => errors.precondition_failed({ current: `"${version}"` });
  const seen = await getRow(control.db, actor.organizationId, id);
  if (ifVersion !== undefined && seen.version !== ifVersion) throw stale(seen);
  const warnings = await warningsOf(needs, actor, seen, selection);
  await hashKeyOf(needs, actor, selection);
  const takesAll = selection.newStreams === 'take' && selection.newFields === 'take';
  const columns = {
    selection: JSON.stringify(selection),
    // Nothing waits any more; the next job lets it in.
    ...(takesAll && { schema_held: null }),
    modified_at: clock.now(),
    modified_by_email: actor.email,
  };
  const version = await control.transaction(async (tx) => {
    if (!(await updateSourceConnection(tx, actor.organizationId, id, columns, ifVersion)))
      throw stale(await getRow(tx, actor.organizationId, id));
    const action = 'source_connection.selection_changed';
    await audit.record(tx, actor, { action, subjectKind: 'source_connection', subjectId: id });
    return (await getRow(tx, actor.organizationId, id)).version;
  });
  return { selection, version, warnings };
}

async function acceptSchema(
  needs: Needs,
  actor: Actor,
  id: SourceConnectionId,
  streams: readonly string[] | undefined,
): Promise<void> {
  const { control, audit } = needs;
  const { organizationId } = actor;
  // `false`: a job has written since it was read.
  const accepted = (): Promise<boolean> =>
    control.transaction(async (tx) => {
      await getRow(tx, organizationId, id);
      const schema = await findSchema(tx, organizationId, id);
      const waiting = heldIn(schema?.memory ?? {}).filter(({ stream }) => streams?.includes(stream) !== false);
      if (!schema || waiting.length === 0) throw errors.schema_not_held({ id });
      const memory = acceptHeld(schema.memory, streams);
      if (!(await updateSchema(tx, organizationId, id, { memory, revision: schema.revision }))) return false;
      const held = heldIn(memory);
      await updateSourceConnection(tx, organizationId, id, {
        schema_held: held.length === 0 ? null : JSON.stringify(held),
      });
      const action = 'source_connection.schema_accepted';
      await audit.record(tx, actor, { action, subjectKind: 'source_connection', subjectId: id });
      return true;
    });
  while (!(await accepted()));
}

async function previewExisting(
  needs: Needs,
  actor: Actor,
  id: SourceConnectionId,
  given: Selection | undefined,
): Promise<readonly StreamPreview[]> {
  const row = await getRow(needs.control.db, actor.organizationId, id);
  const selection = given ?? selectionOf(row);
  const schema: SchemaRow | undefined = await findSchema(needs.control.db, actor.organizationId, id);
  return needs.probe.preview(await settingsOf(needs, actor, row), {
    selection,
    memory: schema?.memory,
    hashKey: await hashKeyOf(needs, actor, selection),
  });
}

export function createSelectionService(needs: Needs): SelectionService {
  const show = async (actor: Actor, id: SourceConnectionId): Promise<SchemaView> => {
    const { db } = needs.control;
    const row = await getRow(db, actor.organizationId, id);
    const changes = await listSchemaChanges(db, actor.organizationId, id, CHANGES_SHOWN);
    return schemaView(selectionOf(row), await findSchema(db, actor.organizationId, id), changes);
  };
  return {
    schema: show,
    replace: (actor, id, selection, ifVersion) => replaceSelection(needs, actor, id, selection, ifVersion),
    previewOf: (actor, id, selection) => previewExisting(needs, actor, id, selection),
    async get(actor, id) {
      const row = await getRow(needs.control.db, actor.organizationId, id);
      return { selection: selectionOf(row), version: row.version, warnings: [] };
    },
    async accept(actor, id, streams) {
      await acceptSchema(needs, actor, id, streams);
      return show(actor, id);
    },
    async preview(actor, { shortName, config, credentials, selection }) {
      const connector = await needs.registry.get(actor.organizationId, shortName);
      decideMethod(connector, Object.keys(credentials).length > 0 ? 'direct' : 'absent');
      checkCredentials(connector, credentials);
      checkConfig(connector, config);
      const hashKey = await hashKeyOf(needs, actor, selection);
      return needs.probe.preview({ connector, config, credentials }, { selection, memory: undefined, hashKey });
    },
  };
}
