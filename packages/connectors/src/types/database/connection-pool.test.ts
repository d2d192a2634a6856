import { afterEach, expect, test } from 'vitest';
import { handClock, silentLog } from '../../testing/connector-probe.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { PoolOptions } from './connection-pool.ts';
import { poolDefaults } from './fields.ts';

interface Link {
  readonly number: number;
  isBroken: boolean;
  isClosed: boolean;
  pings: number;
}

const pools: ConnectionPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

function poolWith(settings: Partial<PoolOptions['settings']> = {}) {
  const links: Link[] = [];
  const clock = handClock();
  const pool = new ConnectionPool({
    settings: { ...poolDefaults, idleConnectionTestPeriod: 0, ...settings },
    clock,
    log: silentLog,
    dial() {
      const link: Link = { number: links.length, isBroken: false, isClosed: false, pings: 0 };
      links.push(link);
      return Promise.resolve({
        ping() {
          link.pings += 1;
          return link.isBroken ? Promise.reject(new Error('broken')) : Promise.resolve();
        },
        close() {
          link.isClosed = true;
          return Promise.resolve();
        },
      });
    },
  });
  pools.push(pool);
  /** The number of the connection that is lent. */
  const numberOfUse = (): Promise<number> =>
    pool.use(async (link) => {
      const before = links.map(({ pings }) => pings);
      await link.ping();
      return links.findIndex(({ pings }, at) => pings > (before[at] ?? 0));
    });
  return { pool, links, clock, numberOfUse };
}

/** Uses of a pool that last until they are let go. */
function hold(pool: ConnectionPool) {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { done: pool.use(() => promise), letGo: resolve };
}

test('lends one connection again and again, and opens another one only while it is in use', async () => {
  const { pool, links, numberOfUse } = poolWith();
  expect([await numberOfUse(), await numberOfUse()]).toEqual([0, 0]);
  const held = hold(pool);
  expect(await numberOfUse()).toBe(1);
  held.letGo();
  await held.done;
  expect(links).toHaveLength(2);
});

test('never opens more than the most, and says so to who has waited too long', async () => {
  const { pool, links } = poolWith({ maxPoolSize: 2, connectionTimeout: 20 });
  const held = [hold(pool), hold(pool)];
  await expect(pool.use(() => Promise.resolve())).rejects.toMatchObject({
    reason: 'unavailable',
    message: expect.stringContaining('maxPoolSize'),
  });
  const waiting = pool.use(() => Promise.resolve('had its turn'));
  held[0]!.letGo();
  expect(await waiting).toBe('had its turn');
  held[1]!.letGo();
  expect(links).toHaveLength(2);
});

test('opens as many at once as incrementCount says', async () => {
  const { pool, links } = poolWith({ incrementCount: 3, maxPoolSize: 4 });
  const held = hold(pool);
  await expect.poll(() => links.length).toBe(3);
  held.letGo();
  await held.done;
});

test('tests before use, and replaces what is broken', async () => {
  const { links, numberOfUse } = poolWith();
  await numberOfUse();
  links[0]!.isBroken = true;
  expect(await numberOfUse()).toBe(1);
  expect(links[0]!.isClosed).toBe(true);
  const trusting = poolWith({ testConnectionOnCheckout: false });
  await trusting.pool.use(() => Promise.resolve());
  await trusting.pool.use(() => Promise.resolve());
  expect(trusting.links[0]!.pings).toBe(0);
});

test('tests after use when it is told to, and after a failure always', async () => {
  const { pool, links } = poolWith({ testConnectionOnCheckin: true });
  await pool.use(() => Promise.resolve());
  expect(links[0]!.pings).toBe(1);
  links[0]!.isBroken = false;
  const failing = pool.use(() => {
    links[0]!.isBroken = true;
    return Promise.reject(new Error('lost'));
  });
  await expect(failing).rejects.toThrow('lost');
  expect(links[0]!.isClosed).toBe(true);
});

test('closes what has reached its age', async () => {
  const { links, clock, numberOfUse } = poolWith({ maxConnectionAge: 1_000 });
  await numberOfUse();
  clock.set(clock.now() + 1_000);
  expect(await numberOfUse()).toBe(1);
  expect(links[0]!.isClosed).toBe(true);
});

test('lends nothing once it is closed, and closes what comes back', async () => {
  const { pool, links } = poolWith({ maxPoolSize: 1 });
  const held = hold(pool);
  await expect.poll(() => links.length).toBe(1);
  const waiting = pool.use(() => Promise.resolve());
  await pool.close();
  await expect(waiting).rejects.toMatchObject({ reason: 'unavailable' });
  held.letGo();
  await held.done;
  expect(links[0]!.isClosed).toBe(true);
  expect(pool.size).toBe(0);
});
