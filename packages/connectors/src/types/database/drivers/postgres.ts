import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Config } from '../../../sources/postgres/config.ts';
import { openLink } from '../../../sources/postgres/open-client.ts';
import { toConnectorError } from '../../../sources/postgres/postgres-error.ts';
import type { Driver } from '../driver.ts';
import { kindOfDbType } from '../readable-kind.ts';

/** PostgreSQL, with the client of the source of that name. */
export const connect: Driver = async (ctx) => {
  const { url, endpoint, user = 'postgres', password, signal } = ctx;
  const sslmode = kindOfDbType('POSTGRES')?.tlsOf(url) as Config['sslmode'] | undefined;
  if (sslmode === undefined) throw new ConnectorError('configuration', 'The sslmode of the URL is unknown. Check it.');
  const config = { ...endpoint, database: ctx.database ?? user, sslmode };
  const link = await openLink({ config, credentials: { username: user, password }, connect: ctx.connect, signal });
  return {
    async ping() {
      try {
        await link.rows('SELECT 1');
      } catch (error) {
        throw toConnectorError(error, `Asking ${endpoint.host}`);
      }
    },
    close: () => link.close(),
  };
};
