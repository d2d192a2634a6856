import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts `bare-patch-server.ts` in a process of its own; gives its URL. */
export async function startBareFastify(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [new URL('./bare-patch-server.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
