import { catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { CrashFolder, type WorkerName } from './crash-folder.ts';
import { isMutation, type Mutation } from './mutations.ts';

/** What the harness tells the processes that it starts. */
export interface CrashEnvironment {
  readonly folder: CrashFolder;
  readonly worker: WorkerName;
  /** The worker takes itself for one of another host: it cannot be killed by those of this one, nor kill them. */
  readonly elsewhere: boolean;
  readonly mutation: Mutation | undefined;
}

/** The same as variables. */
export function crashVariables(environment: CrashEnvironment): Record<string, string> {
  return {
    CRASH_FOLDER: environment.folder.path,
    CRASH_WORKER: environment.worker,
    CRASH_ELSEWHERE: environment.elsewhere ? '1' : '',
    CRASH_MUTATION: environment.mutation ?? '',
  };
}

export function readCrashEnvironment(): CrashEnvironment {
  const { CRASH_FOLDER = '', CRASH_WORKER, CRASH_ELSEWHERE, CRASH_MUTATION = '' } = process.env;
  return {
    folder: new CrashFolder(CRASH_FOLDER),
    worker: CRASH_WORKER === 'away' ? 'away' : 'home',
    elsewhere: CRASH_ELSEWHERE === '1',
    mutation: isMutation(CRASH_MUTATION) ? CRASH_MUTATION : undefined,
  };
}

/** Has this process offer the oracle beside the product's sources. */
export function offerOracle(): void {
  const load = (): Promise<Connector> => import('./oracle-connector.ts').then((module) => module.oracleConnector);
  Object.assign(catalog, { crash_oracle: load });
}

/** Ends this process with the one that started it, however that ended. */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 500).unref();
}
