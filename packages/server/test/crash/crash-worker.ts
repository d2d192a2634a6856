import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import type { FromWorker } from '../../src/jobs/worker-settings.ts';
import { ArmedFailpoints } from './armed-failpoints.ts';
import { offerOracle, readCrashEnvironment } from './crash-environment.ts';
import { mutate } from './mutations.ts';

// A worker process as it is, once its failpoints are armed.
const { folder, worker, elsewhere, mutation } = readCrashEnvironment();
if (elsewhere) {
  os.hostname = () => 'elsewhere';
  syncBuiltinESMExports();
}
if (mutation) mutate(mutation);
const { identityOf } = await import('../../src/jobs/owner.ts');
const { onFailpoint } = await import('../../src/lib/failpoints.ts');
const armed = new ArmedFailpoints(folder, worker, identityOf(process.pid));
armed.arm(folder.nextLife(worker));
process.on('SIGUSR2', () => armed.arm(folder.armedNow(worker)));
onFailpoint((name) => armed.reach(name));
offerOracle();
// What the worker says first is that it is ready: from here on the harness counts on it, and sends signals.
const send = process.send?.bind(process) as (...given: unknown[]) => boolean;
process.send = (message: FromWorker, ...rest: unknown[]) => {
  if (message.type === 'ready') folder.write({ type: 'started', worker, process: identityOf(process.pid) });
  return send(message, ...rest);
};
await import('../../src/jobs/worker-process.ts');
