import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import { authorize } from '../auth/policy.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { ConnectionService } from '../connections/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { type ConnectorRowId, newId } from '../lib/ids.ts';
import { type HostChange, hostChanges } from './host-changes.ts';
import { keptFacts, keptHosts, shownFacts } from './kept-facts.ts';
import type { ManifestContent, ManifestFacts } from './manifest-content.ts';
import type { DescribedContent, ManifestReader } from './manifest-reader.ts';
import {
  type ConnectorRow,
  deleteConnector,
  findConnector,
  findVersion,
  insertConnector,
  insertVersion,
  listConnectors,
  listVersions,
  updateConnector,
  type VersionFacts,
  type VersionRow,
} from './repository.ts';
import { type StreamChange, streamChanges } from './stream-changes.ts';

/** A connector of an organization, with what its version in use can do. */
export interface OwnConnector extends ConnectorRow, ManifestFacts {
  readonly contentHash: string;
  readonly origin: string | null;
}

export interface ConnectorInput extends ManifestContent {
  /** For people; derived from the name when it is not given. */
  readonly title?: string;
  readonly origin?: string;
}

/** What another version of a connector means for those that use it. */
export interface ConnectorUpgrade {
  readonly connector: OwnConnector;
  /** Of its streams; empty when the content is the one in use. */
  readonly changes: readonly StreamChange[];
  /** Where credentials go that did not before, and the other way round. */
  readonly hosts: readonly HostChange[];
}

/** What a change of the version in use may do. */
export interface UpgradeOptions {
  /** The caller has seen where requests go from now on. */
  readonly acceptNewHosts: boolean;
}

/** Connectors that organizations add by manifests; they are sources like any other. */
export interface ConnectorService {
  /** By name. @throws forbidden */
  list(actor: Actor): Promise<readonly OwnConnector[]>;
  /** @throws forbidden, connector_not_found */
  get(actor: Actor, name: string): Promise<OwnConnector>;
  /** Newest first. @throws forbidden, connector_not_found */
  versions(actor: Actor, name: string): Promise<readonly VersionFacts[]>;
  /** @throws forbidden, connector_exists, connector_name_taken, connector_manifest_invalid, connector_manifest_too_heavy */
  create(actor: Actor, name: string, input: ConnectorInput): Promise<OwnConnector>;
  /**
   * Gives it a new version, which is used from the next sync on. One that sends requests to hosts that the version in use does not
   * is kept only when that is accepted, by somebody who may change connections.
   * @throws forbidden, connector_not_found, connector_manifest_invalid, connector_manifest_too_heavy, connector_hosts_not_accepted
   */
  upgrade(actor: Actor, name: string, input: ConnectorInput, options: UpgradeOptions): Promise<ConnectorUpgrade>;
  /**
   * Goes to another version that it has, by the same rule.
   * @throws forbidden, connector_not_found, connector_version_not_found, connector_hosts_not_accepted
   */
  use(actor: Actor, name: string, version: number, options: UpgradeOptions): Promise<ConnectorUpgrade>;
  /** With all its versions. @throws forbidden, connector_not_found, connector_in_use */
  delete(actor: Actor, name: string): Promise<OwnConnector>;
}

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly registry: Pick<ConnectorRegistry, 'findShipped'>;
  readonly connections: Pick<ConnectionService, 'list'>;
  readonly manifests: Pick<ManifestReader, 'describe'>;
}

export function createConnectorService(needs: Needs): ConnectorService {
  const { db } = needs.control;
  return {
    async list(actor) {
      authorize(actor, 'source_connections:read');
      const rows = await listConnectors(db, actor.organizationId);
      return Promise.all(rows.map((row) => show(db, row)));
    },
    async get(actor, name) {
      authorize(actor, 'source_connections:read');
      return show(db, await getRow(db, actor, name));
    },
    async versions(actor, name) {
      authorize(actor, 'source_connections:read');
      const row = await getRow(db, actor, name);
      return listVersions(db, actor.organizationId, row.id);
    },
    create: (actor, name, input) => create(needs, actor, name, input),
    upgrade: (actor, name, input, options) => upgrade(needs, actor, name, { ...input, ...options }),
    async use(actor, name, version, options) {
      authorize(actor, 'organization:write');
      const chosen = await getVersion(db, await getRow(db, actor, name), version);
      const hosts = await hostsOf(needs, chosen);
      return needs.control.transaction((tx) => useVersion(needs, tx, actor, name, { ...chosen, hosts }, options));
    },
    async delete(actor, name) {
      authorize(actor, 'organization:write');
      return needs.control.transaction((tx) => remove(needs, tx, actor, name));
    },
  };
}

function record(
  { audit }: Needs,
  tx: Queryable,
  actor: Actor,
  done: 'created' | 'upgraded' | 'upgraded_to_new_hosts' | 'deleted',
  row: ConnectorRow,
) {
  return audit.record(tx, actor, { action: `connector.${done}`, subjectKind: 'connector', subjectId: row.id });
}

async function create(needs: Needs, actor: Actor, name: string, input: ConnectorInput): Promise<OwnConnector> {
  authorize(actor, 'organization:write');
  if (await needs.registry.findShipped(name)) throw errors.connector_name_taken({ name });
  const row = newRow(actor, needs.clock, name, input);
  const version = versionOf(actor, needs.clock, row.id, 1, input, await needs.manifests.describe(input));
  return needs.control.transaction(async (tx) => {
    if (!(await insertConnector(tx, row))) throw errors.connector_exists({ name });
    await insertVersion(tx, version);
    await record(needs, tx, actor, 'created', row);
    return shown(row, version);
  });
}

/** Content that it had before is that version again. */
async function upgrade(
  needs: Needs,
  actor: Actor,
  name: string,
  input: ConnectorInput & UpgradeOptions,
): Promise<ConnectorUpgrade> {
  authorize(actor, 'organization:write');
  await getRow(needs.control.db, actor, name);
  const given = await needs.manifests.describe(input);
  return needs.control.transaction(async (tx) => {
    const row = await getRow(tx, actor, name);
    const all = await listVersions(tx, actor.organizationId, row.id);
    const { hosts } = given.facts;
    const known = all.find(({ content_hash: hash }) => hash === given.contentHash);
    if (known) {
      const before = await getVersion(tx, row, known.version);
      return useVersion(needs, tx, actor, name, { ...before, hosts }, input);
    }
    const next = versionOf(actor, needs.clock, row.id, (all[0]?.version ?? 0) + 1, input, given);
    await insertVersion(tx, next);
    return useVersion(needs, tx, actor, name, { ...next, hosts }, input);
  });
}

async function useVersion(
  needs: Needs,
  tx: Queryable,
  actor: Actor,
  name: string,
  version: VersionRow & Pick<ManifestFacts, 'hosts'>,
  { title, acceptNewHosts }: UpgradeOptions & Pick<ConnectorInput, 'title'>,
): Promise<ConnectorUpgrade> {
  const before = await getRow(tx, actor, name);
  const columns = { version: version.version, ...(title !== undefined && { title }) };
  const stored = await getVersion(tx, before, before.version);
  if (Object.entries(columns).every(([column, value]) => before[column as keyof ConnectorRow] === value))
    return { connector: shown(before, stored), changes: [], hosts: [] };
  // Where a version sends requests whose hosts are not kept is not known: it is as if all were new.
  const hosts = hostChanges(keptHosts(stored) ?? [], version.hosts);
  const added = hosts.filter(({ change }) => change === 'added').map(({ host }) => host);
  if (added.length > 0 && !acceptNewHosts) throw errors.connector_hosts_not_accepted({ name, hosts: added });
  // Whoever may change a connection can send its secrets anywhere; nobody else gets to do so by a manifest.
  if (added.length > 0) authorize(actor, 'source_connections:write');
  const change = { ...columns, ...modified(actor, needs.clock) };
  await updateConnector(tx, actor.organizationId, before.id, change);
  await record(needs, tx, actor, added.length > 0 ? 'upgraded_to_new_hosts' : 'upgraded', before);
  const after = shown({ ...before, ...change }, version);
  return { connector: after, changes: streamChanges(shownFacts(stored).streams, after.streams), hosts };
}

/** Versions that were stored before their hosts were told are read again. */
async function hostsOf({ manifests }: Needs, version: VersionRow): Promise<readonly string[]> {
  const files = JSON.parse(version.files) as NonNullable<ManifestContent['files']>;
  return keptHosts(version) ?? (await manifests.describe({ manifest: version.manifest, files })).facts.hosts;
}

async function remove(needs: Needs, tx: Queryable, actor: Actor, name: string): Promise<OwnConnector> {
  const { organizationId } = actor;
  const row = await getRow(tx, actor, name);
  const users = await needs.connections.list(tx, organizationId, { limit: 100, skip: 0 }, { connectors: [name] });
  if (users.length > 0) throw errors.connector_in_use({ name, connections: users.length });
  const before = await show(tx, row);
  await deleteConnector(tx, organizationId, row.id);
  await record(needs, tx, actor, 'deleted', row);
  return before;
}

const show = async (db: Queryable, row: ConnectorRow): Promise<OwnConnector> =>
  shown(row, await getVersion(db, row, row.version));

async function getRow(db: Queryable, { organizationId }: Actor, name: string): Promise<ConnectorRow> {
  const row = await findConnector(db, organizationId, name);
  if (!row) throw errors.connector_not_found({ name });
  return row;
}

async function getVersion(db: Queryable, row: ConnectorRow, version: number): Promise<VersionRow> {
  const found = await findVersion(db, row.organization_id, row.id, version);
  if (!found) throw errors.connector_version_not_found({ name: row.name, version });
  return found;
}

function shown(row: ConnectorRow, version: VersionRow): OwnConnector {
  const { content_hash: contentHash, origin } = version;
  return { ...row, ...shownFacts(version), contentHash, origin };
}

function modified(actor: Actor, clock: Clock) {
  return { modified_at: clock.now(), modified_by_email: actor.email };
}

/** `my_crm` is shown as `My crm`. */
function titleOf(name: string): string {
  const text = name.replace(/[-_]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function newRow(actor: Actor, clock: Clock, name: string, { title }: ConnectorInput): ConnectorRow {
  return {
    id: newId<ConnectorRowId>(),
    organization_id: actor.organizationId,
    name,
    title: title ?? titleOf(name),
    version: 1,
    created_at: clock.now(),
    created_by_email: actor.email,
    ...modified(actor, clock),
  };
}

function versionOf(
  actor: Actor,
  clock: Clock,
  id: ConnectorRowId,
  version: number,
  { manifest, files = {}, origin }: ConnectorInput,
  described: DescribedContent,
): VersionRow {
  return {
    connector_id: id,
    organization_id: actor.organizationId,
    version,
    content_hash: described.contentHash,
    manifest,
    files: JSON.stringify(files),
    facts: keptFacts(described),
    origin: origin ?? null,
    created_at: clock.now(),
    created_by_email: actor.email,
  };
}
