import type { Logger } from '@tributary/connectors/kit/context';
import type { SettleJob } from '../collection-store/port.ts';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import { listOwners, takeBack } from './leases.ts';
import type { Owner } from './owner.ts';
import { killOwner, parseOwner, stateOf } from './owner.ts';

interface Needs {
  readonly control: ControlStore;
  readonly settle: SettleJob;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info'>;
}

/**
 * Takes back at once the leases of workers of this host that are dead, so that a restarted service need not wait until
 * they run out. A worker that lives on after its service is killed first. Others, on this host or elsewhere, are left alone.
 */
export async function reclaimLeases({ control, settle, clock, log }: Needs): Promise<void> {
  for (const text of await listOwners(control.db)) {
    const owner = parseOwner(text);
    if (!owner || !(await isGone(owner, clock))) continue;
    const taken = await takeBack(control, text, settle, clock.now());
    log.info({ owner: text, jobs: taken.length }, 'took back what a dead worker held');
  }
}

async function isGone(owner: Owner, clock: Clock): Promise<boolean> {
  if (stateOf(owner.host, owner.process) === 'dead') return true;
  if (stateOf(owner.host, owner.parent) !== 'dead' || !killOwner(owner)) return false;
  for (let looks = 0; looks < 100 && stateOf(owner.host, owner.process) === 'alive'; looks += 1) await clock.sleep(20);
  return stateOf(owner.host, owner.process) === 'dead';
}
