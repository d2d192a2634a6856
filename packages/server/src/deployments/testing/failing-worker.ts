import { loadConfig } from '../../config.ts';
import { runForEveryone } from '../../control/tenant-scope.ts';
import { liveAlone } from '../../jobs/standalone-worker.ts';
import { onFailpoint } from '../../lib/failpoints.ts';

// A worker that is started on its own and dies at the place that it is told, the first time that it comes there.
const place = process.env['TRIBUTARY_TEST_DIE_AT'];
onFailpoint((name) => {
  if (name === place) process.kill(process.pid, 'SIGKILL');
});
await runForEveryone(() => liveAlone(loadConfig()));
process.exit();
