import type { ConnectorContext } from '../../../kit/context.ts';
import { interpolatedString } from '../../interpolation/interpolated.ts';
import type { Build } from '../../model/build.ts';
import { createJobTracker } from './job-tracker.ts';
import type { JobTracker } from './job-tracker.ts';

/** One for each opened manifest, which has one context. */
const trackers = new WeakMap<ConnectorContext, JobTracker>();

/**
 * The tracker that all streams of an opened manifest share, with `max_concurrent_async_job_count` of the manifest as its limit:
 * a number, or a template that sees `config`; one when it is absent or no number.
 */
export function jobTrackerOf(build: Build): JobTracker {
  const known = trackers.get(build.ctx);
  if (known) return known;
  const limit = build.manifest['max_concurrent_async_job_count'];
  const evaluated = typeof limit === 'string' ? interpolatedString(limit).evaluate({ config: build.config }) : limit;
  const tracker = createJobTracker(Number(evaluated ?? 1));
  trackers.set(build.ctx, tracker);
  return tracker;
}
