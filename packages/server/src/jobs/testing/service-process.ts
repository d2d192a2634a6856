import { openControlStore } from '../../control/open.ts';
import { systemClock } from '../../lib/clock.ts';
import { createSupervisor } from '../supervisor.ts';
import { testConfig } from './config.ts';

/** A service that does nothing but keep one worker, for tests that kill it. */
const config = testConfig(process.argv[2] ?? '', 1);
const control = await openControlStore({ ...config, clock: systemClock, busy: 'retry', migrations: 'apply' });
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const script = new URL('worker-process.ts', import.meta.url);
await createSupervisor({ config, control, settle: async () => undefined, clock: systemClock, log, script }).start();
