import { Worker } from 'node:worker_threads';
import { errors } from '../../errors.ts';

/** What goes to a thread, and what comes back. */
export interface ThreadRequest {
  readonly operation: string;
  readonly args: readonly unknown[];
}

export type ThreadResponse =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly failure: unknown };

export interface ThreadPoolOptions {
  /** The module that each thread runs; it answers every `ThreadRequest` with one `ThreadResponse`. */
  readonly entry: URL;
  readonly workerData: unknown;
  /** Threads at most; they start when they are needed. */
  readonly size: number;
  /** `true`: a thread ends when nothing is left to do. */
  readonly endWhenIdle?: boolean;
}

interface Task extends ThreadRequest {
  /** Tasks of one affinity go to the same thread when it is free: its caches are warm. */
  readonly affinity: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
  affinity: string;
}

/** Runs requests on a few threads, one at a time on each. A thread that dies takes its request with it and is replaced. */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Task[] = [];
  #closed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Throws what the operation threw; `unavailable` when the thread died or the pool is closed. */
  run(operation: string, affinity: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(closed());
        return;
      }
      this.#waiting.push({ operation, args, affinity, resolve, reject });
      this.#startNext();
    });
  }

  /** Ends the threads; what is not finished fails. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#waiting.splice(0)) task.reject(closed());
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #startNext(): void {
    const next = this.#waiting[0];
    const thread = next && this.#freeThread(next.affinity);
    if (!thread) return;
    this.#waiting.shift();
    thread.task = next;
    thread.affinity = next.affinity;
    thread.worker.ref();
    const request: ThreadRequest = { operation: next.operation, args: next.args };
    thread.worker.postMessage(request);
  }

  #freeThread(affinity: string): Thread | undefined {
    const free = [...this.#threads].filter((thread) => !thread.task);
    const found = free.find((thread) => thread.affinity === affinity) ?? free[0];
    return found ?? (this.#threads.size < this.#options.size ? this.#startThread() : undefined);
  }

  #startThread(): Thread {
    const { entry, workerData } = this.#options;
    const thread: Thread = { worker: new Worker(entry, { workerData }), task: undefined, affinity: '' };
    this.#threads.add(thread);
    thread.worker.on('message', (response: ThreadResponse) => this.#finish(thread, response));
    let reason = 'it ended';
    thread.worker.on('error', (error) => (reason = String(error)));
    thread.worker.on('exit', () => this.#lose(thread, reason));
    return thread;
  }

  #finish(thread: Thread, response: ThreadResponse): void {
    const { task } = thread;
    thread.task = undefined;
    // An idle thread does not keep the process alive.
    thread.worker.unref();
    if (response.ok) task?.resolve(response.result);
    else task?.reject(response.failure);
    this.#startNext();
    if (this.#options.endWhenIdle && !thread.task) {
      this.#threads.delete(thread);
      void thread.worker.terminate();
    }
  }

  #lose(thread: Thread, reason: string): void {
    this.#threads.delete(thread);
    thread.task?.reject(this.#closed ? closed() : errors.unavailable({ reason: `a store thread was lost: ${reason}` }));
    this.#startNext();
  }
}

function closed(): Error {
  return errors.unavailable({ reason: 'the collection store is closed' });
}
