import type { OpenConnection } from '@tributary/connectors/kit/connection-type';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { settleWithin } from '../../lib/settle-within.ts';

/** How the uses of a client went. */
export interface ClientHealth {
  readonly usedAt: number | null;
  readonly failedAt: number | null;
  readonly failure: string | null;
}

interface Needs {
  readonly client: OpenConnection;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  /** Ends whatever the client still waits for. */
  readonly abort: () => void;
}

/** What is on its way through a client gets so long to arrive before the client is closed. */
const FINISH_WITHIN_MS = 2_000;
const CLOSE_WITHIN_MS = 1_500;

/** What people may read of an error. */
export function describeFailure(error: unknown): string {
  const known = error instanceof ConnectorError || error instanceof AppError;
  const text = known ? error.message : 'an unexpected error, which the log of the worker tells';
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}

/** An open client with what is known of its uses; closes once what is on its way has arrived. */
export class HeldClient {
  /** For whoever uses it. */
  readonly use: OpenConnection;
  readonly #needs: Needs;
  readonly #idle: (() => void)[] = [];
  #uses = 0;
  #health: ClientHealth = { usedAt: null, failedAt: null, failure: null };
  #changed = false;
  #closing: Promise<void> | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    const { client } = needs;
    const notify = client.notify?.bind(client);
    this.use = {
      ...(notify && { notify: (notice) => this.#note(() => notify(notice)) }),
      close: () => Promise.reject(new Error('invariant broken: workers close the connections that they hold')),
    };
  }

  get health(): ClientHealth {
    return this.#health;
  }

  /** Whether there is news of its health since this was asked last. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Never rejects, and takes some seconds at most. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const { client, clock, log, abort } = this.#needs;
    const onError = (error: unknown): void => log.warn({ error }, 'a client could not be closed');
    if (this.#uses > 0) {
      const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
      await settleWithin(idle, { ms: FINISH_WITHIN_MS, clock, onError });
    }
    abort();
    await settleWithin(client.close(), { ms: CLOSE_WITHIN_MS, clock, onError }).catch(onError);
  }

  async #note<T>(work: () => Promise<T>): Promise<T> {
    this.#uses += 1;
    const health = { ...this.#health, usedAt: this.#needs.clock.now() };
    try {
      const result = await work();
      this.#health = health;
      return result;
    } catch (error) {
      this.#health = { ...health, failedAt: this.#needs.clock.now(), failure: describeFailure(error) };
      throw error;
    } finally {
      this.#changed = true;
      this.#uses -= 1;
      if (this.#uses === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
