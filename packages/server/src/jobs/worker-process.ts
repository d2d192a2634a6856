import { openControlStore } from '../control/open.ts';
import { runForEveryone } from '../control/tenant-scope.ts';
import { liveAsWorker } from './worker-life.ts';
import { openWorkerParts } from './worker-parts.ts';

// Jobs are claimed for whoever has them.
await runForEveryone(() =>
  liveAsWorker(async (config, { clock, log, onRenewal }) => {
    const control = await openControlStore({ ...config, clock, busy: 'block', migrations: 'verify' });
    return openWorkerParts({ config, control, clock, log, onRenewal });
  }),
);
