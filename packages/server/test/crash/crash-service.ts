import { loadConfig } from '../../src/config.ts';
import { startService } from '../../src/main.ts';
import { endWithParent, offerOracle } from './crash-environment.ts';

// The service as it is, with the oracle among its sources and crash workers as its workers.
endWithParent();
offerOracle();
const service = await startService(loadConfig(), { workerScript: new URL('crash-worker.ts', import.meta.url) });
process.once('SIGTERM', () => {
  service.stop().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
