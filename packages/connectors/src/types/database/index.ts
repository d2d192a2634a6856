import { defineConnectionType } from '../../kit/connection-type.ts';
import { advised } from '../../kit/far-end-error.ts';
import { ConnectionPool } from './connection-pool.ts';
import { dial } from './driver.ts';
import { driverFor } from './drivers.ts';
import { DatabaseFields, databaseConditions } from './fields.ts';

const CHECK = 'Check host and port in jdbcUrl.';

/** A database behind a JDBC URL; workers hold a pool of connections to it. */
export const database = defineConnectionType({
  id: 'database',
  title: 'Database',
  description: 'A database behind a JDBC URL, with a pool of connections.',
  fields: DatabaseFields,
  conditions: databaseConditions,
  notifies: false,
  async test(ctx) {
    const driver = await driverFor(ctx.settings.dbType);
    const link = await advised(dial(ctx, driver, ctx.signal), CHECK);
    try {
      await advised(link.ping(), CHECK);
      return { message: `The ${ctx.settings.dbType} server answers.` };
    } finally {
      await link.close();
    }
  },
  async open(ctx) {
    const driver = await driverFor(ctx.settings.dbType);
    const over = new AbortController();
    const signal = AbortSignal.any([ctx.signal, over.signal]);
    const { settings, clock, log } = ctx;
    const pool = new ConnectionPool({ settings, clock, log, dial: () => dial(ctx, driver, signal) });
    pool.start();
    return {
      async close() {
        await pool.close();
        over.abort();
      },
    };
  },
});
