import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type RunningNats, startNats } from '../../testing/nats-server.ts';
import { nats } from './index.ts';

const program = findDebianProgram('nats-server', 'nats-server');
const USER = { username: 'canary', password: 'canary-4711' };

describe.skipIf(program === undefined)('against a real server', () => {
  let server: RunningNats;
  describeConnector(nats, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      const authorization = `authorization { user: "${USER.username}", password: "${USER.password}" }`;
      server = await startNats({ program: program ?? '', authorization });
      const connection = await connect({
        servers: `${server.host}:${server.port}`,
        user: USER.username,
        pass: USER.password,
      });
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'ORDERS', subjects: ['orders.>'] });
      await manager.streams.add({ name: 'KV_settings', subjects: ['$KV.settings.>'], max_msgs_per_subject: 3 });
      const stream = manager.jetstream();
      for (let number = 1; number <= 1_200; number += 1)
        await stream.publish(`orders.${number % 7}`, JSON.stringify({ number, name: `Order ${number}` }));
      for (let number = 1; number <= 1_300; number += 1) await stream.publish(`$KV.settings.key.${number % 600}`, 'on');
      await connection.close();
      return { config: { host: server.host, port: server.port }, credentials: USER };
    },
    cleanup: () => server.stop(),
    refusedCredentials: () => ({ ...USER, password: 'not-the-canary-0815' }),
  });
});
