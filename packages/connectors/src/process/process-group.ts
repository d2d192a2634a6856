import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

/** Ends every process of the child's group at once, also when the child itself is over. */
export const killGroup = (child: ChildProcess): void => signalGroup(child, 'SIGKILL');

/**
 * Asks the child's group to end, and ends what has not after `graceMs`. Resolves when the child is over; `true` when it did not
 * end by itself.
 */
export async function endGroup(
  child: ChildProcess,
  options: { readonly exited: Promise<void>; readonly isOver: boolean; readonly graceMs: number },
): Promise<boolean> {
  if (options.isOver) return false;
  signalGroup(child, 'SIGTERM');
  const over = new AbortController();
  const patience = delay(options.graceMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([options.exited, patience]);
  over.abort();
  killGroup(child);
  await options.exited;
  return true;
}
