import { Client } from 'ldapts';
import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { slapdProgram, startSlapd } from '../../testing/slapd.ts';
import type { RunningSlapd } from '../../testing/slapd.ts';
import { ldap } from './index.ts';

describe.skipIf(slapdProgram === undefined)('against a real server', () => {
  let server: RunningSlapd;
  describeConnector(ldap, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      server = await startSlapd();
      const { host, port, user: username, password, baseDn } = server;
      const client = new Client({ url: `ldap://${host}:${port}` });
      await client.bind(username, password);
      for (let at = 0; at < 230; at += 1)
        await client.add(`cn=Person ${at},ou=people,${baseDn}`, { objectClass: 'person', sn: `${at}` });
      await client.unbind();
      return {
        config: { serverAddress: `ldap://${host}:${port}`, username, password, baseDn, page_size: 50 },
        credentials: {},
      };
    },
    cleanup: () => server.stop(),
  });
});
