import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../lib/asserts.ts';
import { createOperations, type Operations } from './operations.ts';
import type { ThreadRequest, ThreadResponse } from './thread-pool.ts';

/** The module that each thread of the readers runs. */
const port = must(parentPort, 'this module is the entry of a thread');
const operations = createOperations((workerData as { dataDir: string }).dataDir);

port.on('message', ({ operation, args }: ThreadRequest) => {
  port.postMessage(answer(operation, args));
});

function answer(name: string, args: readonly unknown[]): ThreadResponse {
  try {
    const operation = operations[name as keyof Operations] as (...input: readonly unknown[]) => unknown;
    return { ok: true, result: operation(...args) };
  } catch (failure) {
    return { ok: false, failure };
  }
}
