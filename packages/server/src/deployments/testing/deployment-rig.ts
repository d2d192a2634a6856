import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { createConnectionService } from '../../connections/service.ts';
import type { ControlStore } from '../../control/database.ts';
import type { Flag } from '../../control/schema.ts';
import { insertEnvironment } from '../../environments/repository.ts';
import { formatOwner, ownOwner } from '../../jobs/owner.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId, type ConnectionId, type OrganizationId, type ProjectId } from '../../lib/ids.ts';
import { openVault } from '../../vault/open-vault.ts';
import type { Vault } from '../../vault/vault.ts';
import { AnswerBus } from '../answer-bus.ts';
import { createDeployments } from '../create-deployments.ts';
import { createDeploymentWorker, type DeploymentWorker } from '../workers/deployment-worker.ts';
import { HeldClient } from '../workers/held-client.ts';
import type { OpenPlacement } from '../workers/placement-opener.ts';
import { readSnapshot, snapshotContext } from '../snapshot.ts';

export const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** What a fake client was built of, and whether it is open. */
export interface FakeClient {
  readonly connectionId: ConnectionId;
  readonly endpoint: JsonObject;
  readonly secrets: JsonObject;
  open: boolean;
}

export interface RunningWorker {
  readonly worker: DeploymentWorker;
  /** All that were ever built, oldest first. */
  readonly clients: FakeClient[];
  stop(): Promise<void>;
}

export interface Project {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
}

/** Makes the rows that deployments stand on, in one control store. */
export class DeploymentRig {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly bus = new AnswerBus();
  readonly #dataDir: string | undefined;
  readonly #workers: RunningWorker[] = [];

  private constructor(control: ControlStore, vault: Vault, dataDir: string | undefined) {
    this.control = control;
    this.vault = vault;
    this.#dataDir = dataDir;
  }

  /** Over the vault of a service, or with one of its own. */
  static async open(control: ControlStore, serviceDir?: string): Promise<DeploymentRig> {
    const dataDir = serviceDir ?? (await mkdtemp(join(tmpdir(), 'tributary-deployments-')));
    return new DeploymentRig(
      control,
      await openVault({ dataDir, control }),
      serviceDir === undefined ? dataDir : undefined,
    );
  }

  async close(): Promise<void> {
    for (const worker of this.#workers.splice(0)) await worker.stop();
    if (this.#dataDir !== undefined) await rm(this.#dataDir, { recursive: true });
  }

  deployments({ timeoutMs = 5_000, workers = 0 } = {}) {
    return createDeployments({
      control: this.control,
      vault: this.vault,
      clock: systemClock,
      bus: this.bus,
      connections: createConnectionService({ vault: this.vault, clock: systemClock }),
      config: { deploymentTimeoutMs: timeoutMs, environment: 'production', workers },
      tellWorkers: (id) => this.#workers.forEach(({ worker }) => worker.tell(id)),
    });
  }

  /** The project that the service has made for its first organization. */
  async firstProject(environments: readonly string[] = ['production']): Promise<Project> {
    const { db } = this.control;
    const oldest = db.selectFrom('organization').select('id').orderBy('created_at').limit(1);
    const { id } = await oldest.executeTakeFirstOrThrow();
    const own = db.selectFrom('project').selectAll().where('organization_id', '=', id).where('name', '=', 'default');
    const row = await own.executeTakeFirstOrThrow();
    const project = { organizationId: row.organization_id, projectId: row.id };
    for (const name of environments) await this.addEnvironment(project, name);
    return project;
  }

  async addProject(environments: readonly string[] = ['production']): Promise<Project> {
    const [organizationId, projectId] = [newId<OrganizationId>(), newId<ProjectId>()];
    const { db } = this.control;
    await db.insertInto('organization').values({ id: organizationId, name: 'Acme', created_at: 1 }).execute();
    const project = { id: projectId, organization_id: organizationId, name: 'default', created_at: 1 };
    await db.insertInto('project').values(project).execute();
    for (const name of environments) await this.addEnvironment({ organizationId, projectId }, name);
    return { organizationId, projectId };
  }

  async addEnvironment({ organizationId, projectId }: Project, name: string): Promise<void> {
    const row = { id: newId<never>(), organization_id: organizationId, project_id: projectId, created_at: 1 };
    await insertEnvironment(this.control.db, { ...row, name, name_key: name.toLowerCase() });
  }

  /** A connection of the type `webhook`, as the API stores it. */
  async addConnection(
    { organizationId, projectId }: Project,
    given: {
      readonly handle?: string;
      readonly url?: string;
      readonly token?: string;
      readonly connector?: string;
    } = {},
  ): Promise<ConnectionId> {
    const id = newId<ConnectionId>();
    const handle = given.handle ?? randomBytes(4).toString('hex');
    const connector = given.connector ?? 'webhook';
    await this.control.db
      .insertInto('connection')
      .values({
        id,
        organization_id: organizationId,
        project_id: projectId,
        handle,
        handle_key: handle.toLowerCase(),
        connector,
        connector_given: connector,
        description: null,
        endpoint: JSON.stringify({ fullUrl: given.url ?? 'https://a.test/', headerList: '********' }),
        auth_method: 'direct',
        authenticated_at: 1,
        label: null,
        created_at: 1,
        modified_at: 1,
        created_by_email: null,
        modified_by_email: null,
      })
      .execute();
    const config = { headerList: [{ name: 'authorization', value: given.token ?? 'first' }] };
    const place = { organizationId, row: id, column: 'credential.ciphertext' };
    const sealed = this.vault.seal({ credentials: {}, config }, place);
    await this.control.db
      .insertInto('credential')
      .values({ connection_id: id, organization_id: organizationId, ...sealed, updated_at: 1 })
      .execute();
    return id;
  }

  async change(id: ConnectionId, change: { readonly handle?: string; readonly url?: string; readonly enabled?: Flag }) {
    const { handle, url, enabled } = change;
    await this.control.db
      .updateTable('connection')
      .set({
        ...(handle !== undefined && { handle, handle_key: handle.toLowerCase() }),
        ...(url !== undefined && { endpoint: JSON.stringify({ fullUrl: url, headerList: '********' }) }),
        ...(enabled !== undefined && { enabled }),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Starts a worker whose clients are fakes; `open` may fail or hang in its place. Waits until it is registered. */
  async addWorker(
    options: {
      readonly environment?: string;
      readonly open?: (client: FakeClient, signal: AbortSignal) => Promise<void>;
      readonly roundMs?: number;
      readonly control?: ControlStore;
    } = {},
  ): Promise<RunningWorker> {
    const { environment = 'production', roundMs = 50, control = this.control } = options;
    const clients: FakeClient[] = [];
    const open: OpenPlacement = async (placement, signal) => {
      const context = snapshotContext(placement.organization_id, placement.connection_id);
      const { endpoint, config } = readSnapshot(this.vault.open(placement, context));
      const client = { connectionId: placement.connection_id, endpoint, secrets: config, open: false };
      await options.open?.(client, signal);
      client.open = true;
      clients.push(client);
      const close = async (): Promise<void> => void (client.open = false);
      const notify = async (): Promise<void> => undefined;
      return new HeldClient({ client: { notify, close }, clock: systemClock, log: quiet, abort: () => undefined });
    };
    const worker = createDeploymentWorker({
      control,
      open,
      identity: {
        owner: formatOwner(ownOwner(process.pid)),
        machine: 'm',
        host: 'here',
        pid: process.pid,
        environment,
      },
      clock: systemClock,
      log: quiet,
      onAnswered: (id) => this.bus.tell(id),
      roundMs,
    });
    const over = new AbortController();
    const before = await this.#registered();
    const running = worker.run(over.signal);
    const stop = async (): Promise<void> => {
      over.abort();
      await running;
      await worker.held.close();
    };
    const started = { worker, clients, stop };
    this.#workers.push(started);
    while ((await this.#registered()) <= before) await systemClock.sleep(5);
    return started;
  }

  async #registered(): Promise<number> {
    const { count } = await this.control.db
      .selectFrom('worker')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('lost_at', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(count);
  }
}
