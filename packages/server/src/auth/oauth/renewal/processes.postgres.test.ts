import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { describeRenewingProcesses } from './processes-contract.ts';

describeRenewingProcesses('PostgreSQL', async () => {
  const server = await startPostgres();
  let count = 0;
  return {
    database() {
      count += 1;
      return server.createDatabase(`keeper_${count}`);
    },
    close: () => server.stop(),
  };
});
