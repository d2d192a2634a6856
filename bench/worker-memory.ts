import { readFileSync } from 'node:fs';
import { residentMb } from './resident-memory.ts';

export interface MemoryWatch {
  /** Ends the watch; gives the highest resident memory of one worker that was seen, in MB. */
  stop(): number;
}

const EVERY_MS = 100;

/** Watches the worker processes of a service; Linux only. */
export function watchWorkerMemory(servicePid: number): MemoryWatch {
  let peak = 0;
  const look = (): void => {
    for (const pid of childrenOf(servicePid)) peak = Math.max(peak, residentMb(pid) || 0);
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
