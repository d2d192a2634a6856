import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config.ts';
import { openControlStore } from '../../src/control/open.ts';
import type { ControlStore } from '../../src/control/database.ts';
import { toSettings } from '../../src/jobs/worker-settings.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';
import { crashVariables, type CrashEnvironment } from './crash-environment.ts';
import type { WorkerName } from './crash-folder.ts';

export interface StackOptions extends Omit<CrashEnvironment, 'worker'> {
  /** PostgreSQL for the control store; SQLite without it. */
  readonly databaseUrl: string | undefined;
  readonly jobsPerWorker: number;
  /** Where Node keeps compiled code, so that the next process starts sooner. */
  readonly cacheDir: string;
}

export interface ApiAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- looked into field by field
  readonly body: any;
}

const workerScript = fileURLToPath(new URL('crash-worker.ts', import.meta.url));
const serviceScript = new URL('crash-service.ts', import.meta.url);
const LEASE_MS = 2_000;
/** A stopped process goes on after two leases. */
export const STOP_FOR_MS = 2 * LEASE_MS;
const PATIENCE_MS = 15_000;
const ANSWER_WITHIN_MS = 120_000;
const STARTS = 10;

/**
 * The processes that trials run on: the service with its worker, and a worker beside it that the service does not know. Those that
 * die are started again until `end`.
 */
export class Stack {
  readonly control: ControlStore;
  readonly #options: StackOptions;
  readonly #env: Record<string, string>;
  #service: ServiceProcess;
  #away: ChildProcess | undefined;
  #ending = false;
  #restarting: Promise<void> | undefined;

  private constructor(
    options: StackOptions,
    env: Record<string, string>,
    service: ServiceProcess,
    control: ControlStore,
  ) {
    this.#options = options;
    this.#env = env;
    this.#service = service;
    this.control = control;
  }

  static async start(options: StackOptions): Promise<Stack> {
    const { folder, databaseUrl } = options;
    const env = {
      TRIBUTARY_LEASE_MS: String(LEASE_MS),
      TRIBUTARY_JOBS_PER_WORKER: String(options.jobsPerWorker),
      TRIBUTARY_INTERNAL_SOURCES: '1',
      TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8',
      LOG_LEVEL: process.env['CRASH_LOG'] ?? 'fatal',
      NODE_COMPILE_CACHE: options.cacheDir,
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
      ...crashVariables({ ...options, worker: 'home', elsewhere: false }),
    };
    const service = await startServiceProcess(folder.dataDir, env, serviceScript);
    const { databaseUrl: secret, dataDir } = loadConfig({ ...env, TRIBUTARY_DATA_DIR: folder.dataDir });
    const control = await openControlStore({
      databaseUrl: secret,
      dataDir,
      clock: systemClock,
      busy: 'retry',
      migrations: 'verify',
      poolSize: 2,
    });
    const stack = new Stack(options, env, service, control);
    stack.#startAway();
    return stack;
  }

  /** Asks the service, again while it is not there or says that it cannot now. */
  async call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    for (;;) {
      const asked = this.#service.call(method, path, body).catch(() => undefined);
      // A database that a stopped worker holds lets the service wait; asking again shows what became of it. What is
      // left of the patience after an answer keeps no process from ending.
      const answer = await Promise.race([asked, sleep(PATIENCE_MS, undefined, { ref: false })]);
      if (answer && answer.status < 500) return answer;
      if (Date.now() > deadline)
        throw new Error(
          `${method} ${path} had no answer: ${JSON.stringify(answer)} ${this.#service.output().slice(-2_000)}`,
        );
      await sleep(50);
    }
  }

  /** SIGKILL; a fresh service is started at once. */
  killService(which: 'service' | 'service and workers'): Promise<void> {
    const restart = async (): Promise<void> => {
      await this.#service.kill(which);
      this.#service = await startAgain(this.#options.folder.dataDir, this.#env);
    };
    this.#restarting ??= restart().finally(() => (this.#restarting = undefined));
    return this.#restarting;
  }

  /** Stops all as an operator would; gives how service and worker ended. */
  async stop(): Promise<{ readonly service: number | null; readonly away: number | null }> {
    this.#ending = true;
    await this.#restarting;
    // One that has just died is not started again.
    const away = this.#away?.exitCode === null && this.#away.signalCode === null ? this.#away : undefined;
    const ended = away && once(away, 'exit');
    away?.kill('SIGTERM');
    const service = await this.#service.stop();
    const [code] = ((await ended) ?? [0]) as [number | null];
    return { service, away: code };
  }

  /** Leaves no process behind, whatever state they are in. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#restarting?.catch(() => undefined);
    this.#away?.kill('SIGKILL');
    await this.control.close();
    await this.#service.kill('service and workers').catch(() => undefined);
  }

  #startAway(): void {
    const config = loadConfig({ ...this.#env, TRIBUTARY_DATA_DIR: this.#options.folder.dataDir });
    const env = { ...this.#env, ...crashVariables({ ...this.#options, worker: 'away' satisfies WorkerName }) };
    const child = fork(workerScript, {
      execArgv: [],
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.send({ type: 'start', settings: toSettings(config) }, () => undefined);
    child.on('error', () => undefined);
    child.once('exit', () => {
      if (!this.#ending) setTimeout(() => this.#ending || this.#startAway(), 50);
    });
    this.#away = child;
  }
}

/** As an init system does it: a worker that is stopped with the control store's lock lets no service start for a while. */
async function startAgain(dataDir: string, env: Record<string, string>): Promise<ServiceProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startServiceProcess(dataDir, env, serviceScript);
    } catch (error) {
      if (tries === STARTS) throw error;
    }
  }
}
