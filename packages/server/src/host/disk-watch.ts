import { statfs } from 'node:fs/promises';
import type { Logger } from '@tributary/connectors/kit/context';
import type { Clock } from '../lib/clock.ts';

export type DiskState = 'ok' | 'nearly_full';

/** Looks at the disk that holds the data directory. */
export interface DiskWatch {
  /** As last looked at; `ok` before the first look. */
  state(): DiskState;
  /** Share of the disk that is taken, 0 to 1; of what an ordinary user may take, as `df` counts. */
  used(): number;
  /** Looks at once. */
  look(): Promise<void>;
  /** Looks every half minute until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface DiskWatchOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** From this share on the disk is nearly full, in percent. */
  readonly warnPercent: number;
}

const EVERY_MS = 30_000;

export function createDiskWatch({ dataDir, clock, log, warnPercent }: DiskWatchOptions): DiskWatch {
  let used = 0;
  let state: DiskState = 'ok';
  const look = async (): Promise<void> => {
    const { blocks, bfree, bavail } = await statfs(dataDir);
    const taken = blocks - bfree;
    used = taken + bavail === 0 ? 0 : taken / (taken + bavail);
    const now = used * 100 >= warnPercent ? 'nearly_full' : 'ok';
    if (now === state) return;
    state = now;
    const fields = { dataDir, usedPercent: Math.round(used * 100) };
    if (now === 'ok') log.info(fields, 'the disk has room again');
    else log.warn(fields, 'the disk of the data directory is nearly full; syncs fail when it is');
  };
  return {
    state: () => state,
    used: () => used,
    look,
    async run(signal) {
      while (!signal.aborted) {
        await look().catch((error: unknown) => log.warn({ error }, 'the disk could not be looked at'));
        await clock.sleep(EVERY_MS, signal).catch(() => undefined);
      }
    },
  };
}
