import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ConfigError, needing, settings } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import { openControlStore } from '../control/open.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { bindDataDirectory } from './data-directory.ts';
import { machineName } from './machine.ts';
import { isOfThisMachine, ownOwner } from './owner.ts';
import { reclaimLeases } from './reclaim.ts';
import { findHolder } from './service-lock.ts';
import { takeWorkerPlace } from './worker-places.ts';
import { openWorkerParts } from './worker-parts.ts';
import { work } from './work.ts';

const STOP_WITHIN_MS = 9_500;

/**
 * The life of a worker that is started on its own, beside a service on the same machine: joins the control store and the
 * data directory that the configuration names, runs jobs until SIGTERM or SIGINT, gives its leases back within ten seconds,
 * and resolves. Throws `ConfigError` when it may not work here.
 */
export async function liveAlone(config: Config): Promise<void> {
  const log = createLog({ level: config.logLevel, base: { worker: process.pid } });
  const stopped = stopping(log);
  if (!config.databaseUrl) requireServiceHere(config.dataDir);
  const needs = [config.databaseUrl ? settings.databaseUrl : settings.dataDir];
  const control = await needing(
    needs,
    openControlStore({ ...config, clock: systemClock, busy: 'block', migrations: 'verify' }),
  );
  const leave = await join(config, control, () => {
    log.error('another machine has taken this database over; the worker stops');
    process.exitCode = 1;
    stopped.abort();
  });
  const parts = await openWorkerParts({ config, control, clock: systemClock, log });
  await reclaimLeases({ control, settle: parts.settle, clock: systemClock, log });
  const owner = ownOwner(process.pid);
  const onReady = () => log.info({ jobs: config.jobsPerWorker, leaseMs: config.leaseMs }, 'the worker looks for jobs');
  await work({ parts, config, log, owner, onReady }, stopped.signal);
  leave();
  await parts.close();
  log.info('the worker has given its leases back');
}

/** Aborted by SIGTERM and SIGINT; a process that has not ended almost ten seconds later is ended. */
function stopping(log: Logger): AbortController {
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.abort());
  stopped.signal.addEventListener('abort', () => {
    setTimeout(() => {
      log.warn('the worker could not stop in order; its leases run out by themselves');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
  });
  return stopped;
}

/** Says that this process works on the data directory; gives the function that takes it back. */
async function join(config: Config, control: ControlStore, onLost: () => void): Promise<() => void> {
  if (!config.databaseUrl) return takeWorkerPlace(config.dataDir);
  const { dataDir } = config;
  const needs = { control, dataDir, clock: systemClock, machine: machineName(), role: 'worker', onLost } as const;
  const bond = await bindDataDirectory(needs);
  return () => bond.release();
}

/**
 * The embedded control store is a file whose log is shared memory: only processes of one machine can share it. The service
 * says in its lock file where it runs.
 */
function requireServiceHere(dataDir: string): void {
  const holder = findHolder(dataDir);
  if (holder && isOfThisMachine(holder.process)) return;
  throw new ConfigError([
    `${settings.dataDir.env} cannot be used: ${
      holder
        ? 'a service of another machine serves it, or this machine was started anew since. Start the service on this machine first'
        : `no service serves ${dataDir}. Start it first; or name its database in ${settings.databaseUrl.env}`
    }`,
  ]);
}
