import type { ControlStore } from '../control/database.ts';
import { listEventsSince } from '../jobs/events.ts';
import type { JobBus } from '../jobs/job-bus.ts';
import { Sleeper } from '../jobs/sleeper.ts';
import { isTerminal } from '../jobs/states.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobId, OrganizationId } from '../lib/ids.ts';
import type { JobEvent } from './service.ts';

/**
 * Events are read from the store, so that every process of every size can answer. The workers of this service say when
 * there are new ones; for those of other machines this is how often the store is asked.
 */
const pollMs = 250;

export interface FollowNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly bus: JobBus;
}

/** The job's events after a sequence, then new ones as they come, until the job has ended or the signal is aborted. */
export async function* followJob(
  { control, clock, bus }: FollowNeeds,
  organizationId: OrganizationId,
  jobId: JobId,
  { after, signal }: { readonly after: number; readonly signal: AbortSignal },
): AsyncGenerator<JobEvent> {
  const sleeper = new Sleeper(clock);
  const wake = () => sleeper.wake();
  const stopListening = bus.listen(jobId, wake);
  signal.addEventListener('abort', wake, { once: true });
  try {
    for (let last = after; !signal.aborted; await sleeper.pause(pollMs)) {
      for (const event of await listEventsSince(control.db, organizationId, jobId, last)) {
        last = event.sequence;
        yield event;
        if (event.kind === 'state' && isTerminal(event.state)) return;
      }
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', wake);
  }
}
