import { ConnectorError } from '../../kit/connector-error.ts';
import type { Clock, Logger } from '../../kit/context.ts';
import type { DatabaseLink } from './driver.ts';
import type { DatabaseSettings } from './fields.ts';

export interface PoolOptions {
  readonly settings: Pick<
    DatabaseSettings,
    | 'initialPoolSize'
    | 'minPoolSize'
    | 'maxPoolSize'
    | 'incrementCount'
    | 'idleConnectionTestPeriod'
    | 'connectionTimeout'
    | 'testConnectionOnCheckout'
    | 'testConnectionOnCheckin'
    | 'maxConnectionAge'
    | 'maxIdleTime'
  >;
  /** Opens one more connection. Throws `ConnectorError`. */
  readonly dial: () => Promise<DatabaseLink>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Held {
  readonly link: DatabaseLink;
  readonly bornAt: number;
  idleSince: number;
  testedAt: number;
}

/** How often the pool looks after its idle connections, at most and at least; milliseconds. */
const ROUND_MS = { least: 50, most: 10_000 };

/** Connections of one database, kept as the pool fields of the connection contract say (times in milliseconds, 0 for none). */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: Held[] = [];
  readonly #waiting: ((held: Held | undefined) => void)[] = [];
  #total = 0;
  #closed = false;
  #round: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#total;
  }

  /** Opens the first connections, waiting for none of them, and looks after them from then on. */
  start(): void {
    const { initialPoolSize, minPoolSize, maxPoolSize } = this.#options.settings;
    this.#grow(Math.min(Math.max(initialPoolSize, minPoolSize), maxPoolSize));
    this.#round = setInterval(() => void this.#lookAfter(), this.#pause());
    this.#round.unref();
  }

  /** Lends a connection to `task`. Throws `ConnectorError`, and whatever `task` throws. */
  async use<T>(task: (link: DatabaseLink) => Promise<T>): Promise<T> {
    const held = await this.#checkOut();
    let isSound = false;
    try {
      const result = await task(held.link);
      isSound = true;
      return result;
    } finally {
      await this.#checkIn(held, isSound);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#round);
    for (const turn of this.#waiting.splice(0)) turn(undefined);
    await Promise.all(this.#idle.splice(0).map((held) => this.#drop(held)));
  }

  async #checkOut(): Promise<Held> {
    const { settings, dial, clock } = this.#options;
    for (;;) {
      if (this.#closed) throw new ConnectorError('unavailable', 'The pool of connections is closed.');
      const held = this.#idle.pop();
      if (held) {
        if (!this.#isOld(held) && (!settings.testConnectionOnCheckout || (await this.#test(held)))) return held;
        await this.#drop(held);
        continue;
      }
      if (this.#total >= settings.maxPoolSize) {
        const handed = await this.#wait();
        if (handed) this.#idle.push(handed);
        continue;
      }
      this.#total += 1;
      this.#grow(Math.min(settings.incrementCount - 1, settings.maxPoolSize - this.#total));
      try {
        const link = await dial();
        const now = clock.now();
        const opened = { link, bornAt: now, idleSince: now, testedAt: now };
        if (!this.#closed) return opened;
        this.#total += 1;
        await this.#drop(opened);
        throw new ConnectorError('unavailable', 'The pool of connections is closed.');
      } catch (error) {
        this.#total -= 1;
        this.#wake(undefined);
        throw error;
      }
    }
  }

  async #checkIn(held: Held, isSound: boolean): Promise<void> {
    const keeps = isSound || (await this.#test(held));
    const { testConnectionOnCheckin } = this.#options.settings;
    const passes = keeps && !this.#isOld(held) && (!testConnectionOnCheckin || (await this.#test(held)));
    if (!passes || this.#closed) return await this.#drop(held);
    held.idleSince = this.#options.clock.now();
    if (!this.#wake(held)) this.#idle.push(held);
  }

  /** Waits for a connection, or for room to open one. */
  #wait(): Promise<Held | undefined> {
    const { connectionTimeout, maxPoolSize } = this.#options.settings;
    const { promise, resolve, reject } = Promise.withResolvers<Held | undefined>();
    this.#waiting.push(resolve);
    if (connectionTimeout === 0) return promise;
    const timer = setTimeout(() => {
      const at = this.#waiting.indexOf(resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      const words = `All ${maxPoolSize} connections were in use for ${connectionTimeout} ms; raise maxPoolSize or connectionTimeout.`;
      reject(new ConnectorError('unavailable', words));
    }, connectionTimeout);
    return promise.finally(() => clearTimeout(timer));
  }

  #wake(held: Held | undefined): boolean {
    const turn = this.#waiting.shift();
    turn?.(held);
    return turn !== undefined;
  }

  /** Opens so many more; what fails is tried again in the next round. */
  #grow(count: number): void {
    for (let at = 0; at < count && !this.#closed; at += 1) {
      this.#total += 1;
      void this.#open();
    }
  }

  async #open(): Promise<void> {
    const { dial, clock, log } = this.#options;
    try {
      const link = await dial();
      const now = clock.now();
      const held = { link, bornAt: now, idleSince: now, testedAt: now };
      if (this.#closed) await this.#drop(held);
      else if (!this.#wake(held)) this.#idle.push(held);
    } catch (error) {
      this.#total -= 1;
      if (!this.#closed) log.warn({ error: error instanceof Error ? error.message : '' }, 'a pooled connection failed');
    }
  }

  async #drop(held: Held): Promise<void> {
    this.#total -= 1;
    await held.link.close().catch(() => undefined);
    this.#wake(undefined);
  }

  async #test(held: Held): Promise<boolean> {
    try {
      await held.link.ping();
      held.testedAt = this.#options.clock.now();
      return true;
    } catch {
      return false;
    }
  }

  #isOld({ bornAt }: Held): boolean {
    const { maxConnectionAge } = this.#options.settings;
    return maxConnectionAge > 0 && this.#options.clock.now() - bornAt >= maxConnectionAge;
  }

  #pause(): number {
    const { idleConnectionTestPeriod, maxIdleTime, maxConnectionAge } = this.#options.settings;
    const times = [idleConnectionTestPeriod, maxIdleTime, maxConnectionAge].filter((time) => time > 0);
    return Math.min(ROUND_MS.most, Math.max(ROUND_MS.least, Math.min(...times, ROUND_MS.most * 2) / 2));
  }

  /** Drops what is too old, idle for too long or broken, and fills up to the fewest. */
  async #lookAfter(): Promise<void> {
    const { settings, clock } = this.#options;
    const now = clock.now();
    for (const held of this.#idle.slice()) {
      const isIdle = settings.maxIdleTime > 0 && now - held.idleSince >= settings.maxIdleTime;
      const isDue = settings.idleConnectionTestPeriod > 0 && now - held.testedAt >= settings.idleConnectionTestPeriod;
      if (!isIdle && !this.#isOld(held) && !isDue) continue;
      const at = this.#idle.indexOf(held);
      if (at < 0) continue;
      this.#idle.splice(at, 1);
      if (isIdle || this.#isOld(held) || !(await this.#test(held))) await this.#drop(held);
      else if (!this.#wake(held)) this.#idle.unshift(held);
    }
    this.#grow(settings.minPoolSize - this.#total);
  }
}
