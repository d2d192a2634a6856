import { typeCatalog } from '@tributary/connectors/type-catalog';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import { allowsIn } from '../auth/policy.ts';
import type { AuditLog } from '../audit/service.ts';
import type { Config } from '../config.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { isTaken } from '../control/postgres-errors.ts';
import type { Deployments, EnvironmentResult, PlacedDeployment } from '../deployments/deployments.ts';
import type { KeyMaterialSource } from '../certificates/key-material-source.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId, ProjectId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import type { Vault } from '../vault/vault.ts';
import { handleKey, readCommonFields, readName, type ConnectionInput } from './connection-input.ts';
import type { ConnectionProbe, ProbeResult } from './connection-probe.ts';
import type { ConnectionUsers } from './connection-users.ts';
import { newNamedRow, namedChange } from './named-row.ts';
import type { ConnectorRegistry } from './registry.ts';
import {
  deleteConnection,
  findConnectionByHandle,
  insertConnection,
  listConnections,
  listLabels,
  lockLabels,
  updateConnection,
  type ConnectionRow,
} from './repository.ts';
import { nextLabel, sealing, type ConnectionService } from './service.ts';
import type { SealedSettings } from './settings.ts';
import { connectorsOf, loadType, toStoredType, typeIdOf, typeSettingsOf, type TypeInUse } from './stored-type.ts';
import { checkTypeSettings, holdsSecrets, keepSecrets, keyMaterialNames, withoutSecrets } from './type-settings.ts';

/** A connection of a type, as it is managed by its name. */
export interface NamedConnection {
  readonly id: ConnectionId;
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly deployToWorker: boolean;
  /** Every field of the type; secrets are null where they are not shown. */
  readonly settings: JsonObject;
}

/** How a change went on the workers, by environment; undefined when nothing was to be deployed. */
export type DeploymentOutcome = readonly EnvironmentResult[] | undefined;

/** Connections of a project by name: names compare without case and are unique in the project, across all types. */
export interface NamedConnections {
  /** Throws what stands in the way of whoever asks: project_not_found, or forbidden. */
  admit(actor: Actor, projectName: string, needed: ConnectionPermission): Promise<ProjectId>;
  /** By name, without secrets. @throws connection_type_unknown */
  list(actor: Actor, projectName: string, type: string): Promise<readonly NamedConnection[]>;
  /** With its secrets for whoever may change it, if the operator lets them be shown; that leaves an event. @throws connection_not_found */
  get(actor: Actor, projectName: string, name: string): Promise<NamedConnection>;
  /** @throws connection_exists, and what `ConnectionInput` can be refused for */
  create(actor: Actor, projectName: string, name: string, input: ConnectionInput): Promise<DeploymentOutcome>;
  /** Replaces all but the id, the type and the secrets that are not given. @throws as create, and connection_not_found */
  replace(actor: Actor, projectName: string, name: string, input: ConnectionInput): Promise<DeploymentOutcome>;
  /** @throws connection_not_found, connection_in_use */
  delete(actor: Actor, projectName: string, name: string): Promise<DeploymentOutcome>;
  /**
   * Asks the far end with the stored settings, or with those given and the stored secrets; keeps nothing.
   * @throws as create and replace; what the far end says is in the result
   */
  test(
    actor: Actor,
    projectName: string,
    name: string,
    given: { readonly input?: ConnectionInput; readonly environment?: string | undefined },
  ): Promise<ProbeResult>;
}

export type ConnectionPermission = 'CONNECTIONS:VIEW' | 'CONNECTIONS:MANAGE';

export interface NamedConnectionNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly registry: Pick<ConnectorRegistry, 'findShipped'>;
  readonly projects: Pick<ProjectService, 'getFor'>;
  readonly connections: Pick<ConnectionService, 'openSettings'>;
  readonly users: ConnectionUsers;
  readonly keyMaterial: Pick<KeyMaterialSource, 'has'>;
  readonly deployments: Deployments;
  readonly probe: ConnectionProbe;
  readonly config: Pick<Config, 'showConnectionSecrets'>;
}

export function createNamedConnections(needs: NamedConnectionNeeds): NamedConnections {
  const service = new Service(needs);
  return {
    admit: (actor, projectName, needed) => service.admit(actor, projectName, needed),
    list: (actor, projectName, type) => service.list(actor, projectName, type),
    get: (actor, projectName, name) => service.get(actor, projectName, name),
    create: (actor, projectName, name, input) => service.create(actor, projectName, name, input),
    replace: (actor, projectName, name, input) => service.replace(actor, projectName, name, input),
    delete: (actor, projectName, name) => service.delete(actor, projectName, name),
    test: (actor, projectName, name, given) => service.test(actor, projectName, name, given),
  };
}

/** A stored connection, with what is sealed of it. */
interface Opened {
  readonly row: ConnectionRow;
  readonly sealed: SealedSettings;
}

class Service implements NamedConnections {
  readonly #needs: NamedConnectionNeeds;
  readonly #seal: ReturnType<typeof sealing>['seal'];

  constructor(needs: NamedConnectionNeeds) {
    this.#needs = needs;
    this.#seal = sealing(needs).seal;
  }

  async admit(actor: Actor, projectName: string, needed: ConnectionPermission): Promise<ProjectId> {
    const { control, projects } = this.#needs;
    return (await projects.getFor(control.db, actor, projectName, needed)).id;
  }

  async list(actor: Actor, projectName: string, type: string): Promise<readonly NamedConnection[]> {
    const projectId = await this.admit(actor, projectName, 'CONNECTIONS:VIEW');
    const inUse = await this.#load(type);
    const { db } = this.#needs.control;
    const rows = await listConnections(db, actor.organizationId, projectId, connectorsOf(inUse.type.id));
    const shown = rows.map(async (row) => {
      const { settings, ...rest } = shownAs(inUse, await this.#open(db, row));
      return { ...rest, settings: withoutSecrets(inUse.type, settings) };
    });
    return Promise.all(shown);
  }

  async get(actor: Actor, projectName: string, name: string): Promise<NamedConnection> {
    const projectId = await this.admit(actor, projectName, 'CONNECTIONS:VIEW');
    const { control, audit, config } = this.#needs;
    const { row, typeId } = await this.#find(control.db, actor, projectId, name);
    const inUse = await this.#load(typeId);
    const connection = shownAs(inUse, await this.#open(control.db, row));
    const mayShow = config.showConnectionSecrets === 'manage' && allowsIn(actor, 'source_connections:write', projectId);
    if (!mayShow) return { ...connection, settings: withoutSecrets(inUse.type, connection.settings) };
    if (holdsSecrets(inUse.type, connection.settings)) {
      await control.transaction((tx) => audit.record(tx, actor, entryOf('secrets_read', row.id)));
    }
    return connection;
  }

  async create(actor: Actor, projectName: string, name: string, input: ConnectionInput): Promise<DeploymentOutcome> {
    const projectId = await this.admit(actor, projectName, 'CONNECTIONS:MANAGE');
    const handle = nameInPath(name);
    const wanted = readName(input.name) ?? handle;
    if (handleKey(wanted) !== handleKey(handle)) throw errors.connection_name_mismatch({ path: handle, body: wanted });
    const { control, audit, clock } = this.#needs;
    const { organizationId } = actor;
    const inUse = await this.#loadGiven(input.type);
    const placed = await control.transaction(async (tx) => {
      const taken = await findConnectionByHandle(tx, organizationId, projectId, handleKey(wanted));
      if (taken) throw errors.connection_exists({ name: wanted });
      if (inUse instanceof Error) throw inUse;
      const common = readCommonFields(input);
      const stored = await this.#check(tx, actor, projectId, inUse, input);
      await lockLabels(tx, organizationId);
      const label = nextLabel((await listLabels(tx, organizationId, stored.connector)).map((one) => one.label));
      const row = newNamedRow(actor, { projectId, handle: wanted, label, now: clock.now() }, common, stored);
      if (!(await insertConnection(tx, row))) throw errors.connection_exists({ name: wanted });
      await this.#seal(tx, organizationId, row.id, stored.sealed);
      const deployment = await this.#place(tx, actor, row.id, common.deployToWorker);
      await audit.record(tx, actor, entryOf('created', row.id));
      return deployment;
    });
    return this.#settle(placed);
  }

  async replace(actor: Actor, projectName: string, name: string, input: ConnectionInput): Promise<DeploymentOutcome> {
    const projectId = await this.admit(actor, projectName, 'CONNECTIONS:MANAGE');
    const given = await this.#loadGiven(input.type);
    try {
      const placed = await this.#needs.control.transaction(async (tx) => {
        const { row, typeId } = await this.#find(tx, actor, projectId, name);
        if (given instanceof Error) throw given;
        if (given.type.id !== typeId) throw errors.connection_type_fixed({ stored: typeId, given: given.type.id });
        return this.#change(tx, actor, row, given, input);
      });
      return await this.#settle(placed);
    } catch (error) {
      // Somebody took the name between our look and our write.
      if (isTaken(error)) throw errors.connection_exists({ name: String(input.name) });
      throw error;
    }
  }

  async #change(tx: Queryable, actor: Actor, row: ConnectionRow, inUse: TypeInUse, input: ConnectionInput) {
    const { audit, clock, users } = this.#needs;
    const { organizationId } = actor;
    const handle = readName(input.name) ?? row.handle;
    if (handleKey(handle) !== row.handle_key) {
      const taken = await findConnectionByHandle(tx, organizationId, row.project_id, handleKey(handle));
      if (taken) throw errors.connection_exists({ name: handle });
    }
    const common = readCommonFields(input);
    const before = await this.#open(tx, row);
    const stored = await this.#check(tx, actor, row.project_id, inUse, input, before);
    if (stored.connector !== row.connector) await this.#refuseUsed(tx, actor, row);
    await updateConnection(
      tx,
      organizationId,
      row.id,
      namedChange(actor, { handle, now: clock.now() }, common, stored),
    );
    await this.#seal(tx, organizationId, row.id, stored.sealed);
    if (handle !== row.handle) await users.rename(tx, actor, row.id, { from: row.handle, to: handle });
    const deployment = await this.#place(tx, actor, row.id, common.deployToWorker);
    await audit.record(tx, actor, entryOf('updated', row.id));
    return deployment;
  }

  async delete(actor: Actor, projectName: string, name: string): Promise<DeploymentOutcome> {
    const projectId = await this.admit(actor, projectName, 'CONNECTIONS:MANAGE');
    const { control, audit, deployments } = this.#needs;
    const withdrawn = await control.transaction(async (tx) => {
      const { row } = await this.#find(tx, actor, projectId, name);
      await this.#refuseUsed(tx, actor, row);
      const deployment = await deployments.withdraw(tx, actor.organizationId, row.id);
      await deleteConnection(tx, actor.organizationId, row.id);
      await audit.record(tx, actor, entryOf('deleted', row.id));
      return deployment;
    });
    return this.#settle(withdrawn);
  }

  async test(
    actor: Actor,
    projectName: string,
    name: string,
    { input, environment }: Parameters<NamedConnections['test']>[3],
  ): Promise<ProbeResult> {
    const projectId = await this.admit(actor, projectName, 'CONNECTIONS:MANAGE');
    const { db } = this.#needs.control;
    const handle = nameInPath(name);
    const use = { organizationId: actor.organizationId, projectId, environment };
    if (!input) {
      const { row, typeId } = await this.#find(db, actor, projectId, name);
      const inUse = await this.#load(typeId);
      const settings = typeSettingsOf(inUse, row, (await this.#open(db, row)).sealed);
      return this.#needs.probe.test({ ...use, type: inUse.type, settings });
    }
    const wanted = readName(input.name) ?? handle;
    if (handleKey(wanted) !== handleKey(handle)) throw errors.connection_name_mismatch({ path: handle, body: wanted });
    const inUse = await this.#loadGiven(input.type);
    if (inUse instanceof Error) throw inUse;
    const row = await findConnectionByHandle(db, actor.organizationId, projectId, handleKey(handle));
    const same = row !== undefined && typeIdOf(row.connector) === inUse.type.id;
    const before = same ? await this.#open(db, row) : undefined;
    const settings = await this.#settings(db, actor, projectId, inUse, input, before);
    return this.#needs.probe.test({ ...use, type: inUse.type, settings });
  }

  /** A connection that is of none of the types is told like one that is not there. */
  async #find(db: Queryable, actor: Actor, projectId: ProjectId, name: string) {
    const handle = nameInPath(name);
    const row = await findConnectionByHandle(db, actor.organizationId, projectId, handleKey(handle));
    const typeId = row && typeIdOf(row.connector);
    if (!row || typeId === undefined) throw errors.connection_not_found({ name: handle });
    return { row, typeId };
  }

  async #open(db: Queryable, row: ConnectionRow): Promise<Opened> {
    return { row, sealed: await this.#needs.connections.openSettings(db, row.organization_id, row.id) };
  }

  async #load(type: string): Promise<TypeInUse> {
    const found = await loadType(this.#needs.registry, type);
    if (!found) throw errors.connection_type_unknown({ type, types: Object.keys(typeCatalog) });
    return found;
  }

  /** The error is thrown later: what is wrong with the name is told first. */
  async #loadGiven(type: unknown): Promise<TypeInUse | Error> {
    if (type === undefined || type === null || type === '') {
      const issue = { path: ['type'], message: 'Type is required', code: 'missing' };
      return errors.connection_fields_missing({ issues: [issue] });
    }
    if (typeof type !== 'string') {
      const issue = { path: ['type'], message: 'The type must be text', code: 'invalid_type' };
      return errors.connection_fields_refused({ issues: [issue] });
    }
    return this.#load(type).catch((error: unknown) => error as Error);
  }

  async #settings(
    db: Queryable,
    actor: Actor,
    projectId: ProjectId,
    inUse: TypeInUse,
    input: ConnectionInput,
    before?: Opened,
  ): Promise<JsonObject> {
    const stored = before ? typeSettingsOf(inUse, before.row, before.sealed) : {};
    const settings = checkTypeSettings(inUse.type, keepSecrets(inUse.type, input.settings, stored));
    for (const { field, name } of keyMaterialNames(inUse.type, settings)) {
      const known = await this.#needs.keyMaterial.has(db, actor.organizationId, projectId, name);
      if (!known) throw errors.key_store_not_found({ name, field });
    }
    return settings;
  }

  async #check(
    tx: Queryable,
    actor: Actor,
    projectId: ProjectId,
    inUse: TypeInUse,
    input: ConnectionInput,
    before?: Opened,
  ) {
    return toStoredType(inUse, await this.#settings(tx, actor, projectId, inUse, input, before), before);
  }

  async #refuseUsed(tx: Queryable, actor: Actor, row: ConnectionRow): Promise<void> {
    const users = await this.#needs.users.list(tx, actor.organizationId, row.id);
    if (users.length > 0) throw errors.connection_in_use({ name: row.handle, users });
  }

  async #place(tx: Queryable, actor: Actor, id: ConnectionId, wanted: boolean): Promise<PlacedDeployment | undefined> {
    return wanted ? this.#needs.deployments.place(tx, actor.organizationId, id) : undefined;
  }

  async #settle(placed: PlacedDeployment | undefined): Promise<DeploymentOutcome> {
    return placed && this.#needs.deployments.settle(placed);
  }
}

function nameInPath(name: string): string {
  const handle = readName(name);
  if (handle === undefined) throw errors.connection_name_empty({});
  return handle;
}

function entryOf(verb: 'created' | 'updated' | 'deleted' | 'secrets_read', id: ConnectionId) {
  return { action: `connection.${verb}`, subjectKind: 'connection', subjectId: id };
}

function shownAs(inUse: TypeInUse, { row, sealed }: Opened): NamedConnection {
  return {
    id: row.id,
    name: row.handle,
    type: inUse.type.id,
    description: row.description,
    enabled: row.enabled === 1,
    deployToWorker: row.deploy_to_worker === 1,
    settings: typeSettingsOf(inUse, row, sealed),
  };
}
