import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Config } from '../../../sources/mysql/config.ts';
import { toConnectorError } from '../../../sources/mysql/mysql-error.ts';
import { openLink } from '../../../sources/mysql/open-client.ts';
import type { Driver } from '../driver.ts';
import { kindOfDbType } from '../readable-kind.ts';

/** MySQL and MariaDB, with the client of the source of that name. */
export const connect: Driver = async (ctx) => {
  const { url, endpoint, user = 'root', password, signal, log } = ctx;
  const mode = kindOfDbType('MYSQL')?.tlsOf(url) as Config['ssl_mode'] | undefined;
  if (mode === undefined) throw new ConnectorError('configuration', 'The sslMode of the URL is unknown. Check it.');
  const config = { ...endpoint, database: ctx.database ?? '', ssl_mode: mode };
  const credentials = { username: user, password };
  const link = await openLink({ config, credentials, connect: ctx.connect, signal, log });
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
