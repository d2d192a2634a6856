import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startPostgres,
  type RunningPostgres,
  type StartPostgresOptions,
} from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import { eventually } from './eventually.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';
import { startWorker, type WorkerOptions, type WorkerProcess } from './worker-process.ts';

export interface ClusterOptions {
  /** API processes without workers of their own; default 1. */
  readonly services?: number;
  /** Settings of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface SourceOptions {
  readonly collection?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly schedule?: Readonly<Record<string, unknown>>;
  /** Start a job at once; the default. */
  readonly start?: boolean;
}

export interface Source {
  readonly id: string;
  /** Id of its collection, which names the file. */
  readonly collectionId: string;
  readonly collection: string;
}

/** A job as the API shows it on the documented face. */
export interface Job {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly entities_inserted: number;
  readonly entities_updated: number;
  readonly entities_deleted: number;
  readonly entities_kept: number;
}

/** A start of the service with nothing else to do takes less. */
const QUIET_START_MS = 2_500;

/** What each source takes when the test does not say. */
const credentials: Readonly<Record<string, object>> = {
  timed: { timed_key: 'key' },
  exception_stub: { stub_key: 'key' },
  stub: { stub_key: 'key' },
  incremental_stub: { stub_key: 'key' },
};

/** API processes and workers on one PostgreSQL and one data directory, as an operator of one host runs them. */
/** What was committed is in the log when it is answered: the server is killed, though not the machine. */
const KEEPING: StartPostgresOptions = { settings: { synchronous_commit: 'on' } };

export class Cluster {
  readonly root: string;
  readonly dataDir: string;
  /** Where sources may read files from. */
  readonly files: string;
  readonly workers: WorkerProcess[] = [];
  services: ServiceProcess[] = [];
  postgres: RunningPostgres;
  /** Connection string of the control store. */
  readonly databaseUrl: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #pool: pg.Pool;
  #slowestStartMs = 0;

  constructor(given: {
    readonly root: string;
    readonly postgres: RunningPostgres;
    readonly databaseUrl: string;
    readonly env: Readonly<Record<string, string>>;
  }) {
    this.root = given.root;
    this.dataDir = join(given.root, 'data');
    this.files = join(given.root, 'files');
    this.postgres = given.postgres;
    this.databaseUrl = given.databaseUrl;
    this.#env = { TRIBUTARY_FILE_ROOTS: this.files, TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8', ...given.env };
    this.#pool = new pg.Pool({ connectionString: given.databaseUrl, max: 2 });
    // Tests stop the server under it.
    this.#pool.on('error', () => undefined);
  }

  get service(): ServiceProcess {
    const [first] = this.services;
    if (!first) throw new Error('no service runs');
    return first;
  }

  /** A limit that holds on a quiet machine, longer by as much as processes start more slowly here and now. */
  within(ms: number): number {
    return ms * Math.max(1, this.#slowestStartMs / QUIET_START_MS);
  }

  async addService(): Promise<ServiceProcess> {
    const env = { ...this.#env, DATABASE_URL: this.databaseUrl, TRIBUTARY_WORKERS: '0' };
    const begun = Date.now();
    const service = await startServiceProcess(this.dataDir, env);
    this.#slowestStartMs = Math.max(this.#slowestStartMs, Date.now() - begun);
    this.services.push(service);
    return service;
  }

  async addWorker({ env = {}, ...options }: WorkerOptions = {}): Promise<WorkerProcess> {
    const all = { ...this.#env, DATABASE_URL: this.databaseUrl, ...env };
    const worker = await startWorker(this.dataDir, { env: all, ...options });
    this.workers.push(worker);
    return worker;
  }

  call: ServiceProcess['call'] = (method, path, body) => this.service.call(method, path, body);

  async newCollection(): Promise<{ readonly id: string; readonly readable_id: string }> {
    return (await this.call('POST', '/v1/collections', { name: 'Faults' })).body;
  }

  /** A source connection, in a collection of its own unless one is given. */
  async newSource(shortName: string, options: SourceOptions = {}): Promise<Source> {
    const collection = options.collection
      ? (await this.call('GET', `/v1/collections/${options.collection}`)).body
      : await this.newCollection();
    const given = options.credentials ?? credentials[shortName];
    const made = await this.call('POST', '/v1/source-connections', {
      short_name: shortName,
      readable_collection_id: collection.readable_id,
      config: options.config ?? {},
      authentication: given ? { credentials: given } : null,
      schedule: options.schedule ?? { cron: null },
      sync_immediately: options.start ?? true,
    });
    if (made.status !== 200) throw new Error(`create gave ${made.status}: ${JSON.stringify(made.body)}`);
    return { id: made.body.id, collectionId: collection.id, collection: collection.readable_id };
  }

  /** Newest first. */
  async jobs(id: string): Promise<readonly Job[]> {
    return (await this.call('GET', `/v1/source-connections/${id}/jobs`)).body;
  }

  async run(id: string): Promise<string> {
    const started = await this.call('POST', `/v1/source-connections/${id}/run`);
    if (started.status !== 200) throw new Error(`run gave ${started.status}: ${JSON.stringify(started.body)}`);
    return started.body.id;
  }

  /** The newest job, once it has ended. */
  ended(id: string, ms?: number): Promise<Job> {
    const look = async () => {
      const answer = await this.call('GET', `/v1/source-connections/${id}/jobs`);
      // A connection that broke while its server was away may first be met now.
      if (answer.status === 503) return undefined;
      if (answer.status !== 200) throw new Error(`the jobs gave ${answer.status}: ${JSON.stringify(answer.body)}`);
      const [job] = answer.body as readonly Job[];
      return job && ['completed', 'failed', 'cancelled'].includes(job.status) ? job : undefined;
    };
    return eventually(`a job of ${id} to end`, look, ms);
  }

  /** Rows of the control store, past the API. */
  async query<T extends object>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#pool.query<T>(sql, [...values])).rows;
  }

  /** What the control store says of a job. */
  async jobRow(id: string): Promise<JobRecord> {
    const [row] = await this.query<JobRecord>('select * from sync_job where id = $1', [id]);
    if (!row) throw new Error(`no job ${id}`);
    return row;
  }

  /** Waits until the collection store has taken so many pages of the source connection's newest job. */
  async untilPages(id: string, pages: number): Promise<JobRecord> {
    return eventually(`${pages} pages`, async () => {
      const [row] = await this.query<JobRecord>(
        'select * from sync_job where source_connection_id = $1 order by requested_at desc, id desc limit 1',
        [id],
      );
      return row?.state === 'running' && Number(row.sequence) >= pages ? row : undefined;
    });
  }

  /** Stops PostgreSQL in the middle of whatever it does; it stays away until `bringBackPostgres`. */
  async losePostgres(how: 'fast' | 'immediate' | 'kill -9'): Promise<void> {
    if (how !== 'fast') process.kill(this.postgres.pid, how === 'immediate' ? 'SIGQUIT' : 'SIGKILL');
    await this.postgres.stop();
  }

  /** Starts PostgreSQL again, on the same data and port. */
  async bringBackPostgres(): Promise<void> {
    const options = { ...KEEPING, dataDir: join(this.root, 'postgres'), port: this.postgres.port };
    // After a kill the children of the server hold its memory for a moment.
    this.postgres = await eventually('PostgreSQL to start', () => startPostgres(options).catch(() => undefined));
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await Promise.all(this.services.map((service) => service.kill('service')));
    await this.#pool.end();
    await this.postgres.stop();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** A row of `sync_job` as PostgreSQL gives it: bigint is text. */
export interface JobRecord {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly lease_owner: string | null;
  readonly sequence: string;
  readonly inserted: string;
  readonly updated: string;
  readonly kept: string;
  readonly deleted: string;
  readonly failed: string;
  readonly requested_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly cancel_requested_at: string | null;
  readonly trigger_kind: string;
}

/** Starts PostgreSQL and the services; workers are added by the test. Stop it in the end. */
export async function startCluster({ services = 1, env = {} }: ClusterOptions = {}): Promise<Cluster> {
  const root = await mkdtemp(join(tmpdir(), 'tributary-cluster-'));
  // PostgreSQL runs under another uid when root runs the tests: the folders above its data must let it through.
  await chmod(root, 0o755);
  await mkdir(join(root, 'files'));
  const postgres = await startPostgres({ ...KEEPING, dataDir: join(root, 'postgres') });
  const databaseUrl = await postgres.createDatabase('control');
  const cluster = new Cluster({ root, postgres, databaseUrl, env });
  try {
    for (let count = 0; count < services; count += 1) await cluster.addService();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}
