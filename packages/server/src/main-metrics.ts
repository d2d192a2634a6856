import type { ControlStore } from './control/database.ts';
import { runForEveryone } from './control/tenant-scope.ts';
import { countHeld } from './deployments/repository.ts';
import type { DiskWatch } from './host/disk-watch.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { countLiveJobs } from './syncs/repository.ts';

/** Figures for the operator. */
export function openMetrics(control: ControlStore, disk: DiskWatch): Metrics {
  return createMetrics([
    {
      name: 'tributary_disk_used_ratio',
      help: 'Share of the disk of the data directory that is taken, 0 to 1.',
      collect: async () => ({ '': disk.used() }),
    },
    {
      name: 'tributary_sync_jobs',
      help: 'Sync jobs that wait or run, by state.',
      label: 'state',
      collect: () => runForEveryone(() => countLiveJobs(control.db)),
    },
    {
      name: 'tributary_held_connections',
      help: 'Deployed connections that live workers hold, by state; failed ones could not be opened.',
      label: 'state',
      collect: () => runForEveryone(() => countHeld(control.db)),
    },
  ]);
}
