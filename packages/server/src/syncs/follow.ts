import type { ControlStore } from '../control/database.ts';
import { listEventsSince } from '../jobs/events.ts';
import { isTerminal } from '../jobs/states.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobId, OrganizationId } from '../lib/ids.ts';
import type { JobEvent } from './service.ts';

/** Events are read from the store, so that every process of every size can answer; this is how often. */
const pollMs = 250;

/** The job's events after a sequence, then new ones as they come, until the job has ended or the signal is aborted. */
export async function* followJob(
  { control, clock }: { readonly control: ControlStore; readonly clock: Clock },
  organizationId: OrganizationId,
  jobId: JobId,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  let last = afterSequence;
  while (!signal.aborted) {
    for (const event of await listEventsSince(control.db, organizationId, jobId, last)) {
      last = event.sequence;
      yield event;
      if (event.kind === 'state' && isTerminal(event.state)) return;
    }
    try {
      await clock.sleep(pollMs, signal);
    } catch {
      return;
    }
  }
}
