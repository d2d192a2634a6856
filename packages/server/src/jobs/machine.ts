import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names the machine that this process runs on: its boot where the system tells it, so that all containers of a machine have
 * one name and two machines never share one; its host name elsewhere.
 */
export function machineName(): string {
  return bootOf() ?? hostname();
}

/** random(4): `/proc/sys/kernel/random/boot_id` is drawn once a boot, and is the same in every namespace. */
function bootOf(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
