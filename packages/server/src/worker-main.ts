import { loadConfig } from './config.ts';
import { runForEveryone } from './control/tenant-scope.ts';
import { liveAlone } from './jobs/standalone-worker.ts';
import { endWith } from './main-failure.ts';

/** A worker process of its own: the same settings as the service that it works for. */
async function main(): Promise<void> {
  const config = loadConfig();
  // Jobs are claimed for whoever has them.
  await runForEveryone(() => liveAlone(config));
  // A run that did not let go may still hold sockets; its lease is gone, so nothing is lost with it.
  process.exit();
}

if (import.meta.main) await main().catch(endWith);
