import { describeConnector } from '@tributary/connectors/kit/connector-contract';
import { API_TOKEN, startHelpdesk } from './helpdesk-server.ts';
import { helpdesk } from './helpdesk.ts';

let server: Awaited<ReturnType<typeof startHelpdesk>>;

describeConnector(helpdesk, {
  http: { hosts: ['helpdesk.example.com'] },
  async prepare() {
    server = await startHelpdesk();
    return { config: {}, credentials: { api_token: API_TOKEN }, upstream: server.url };
  },
  cleanup: () => server.close(),
});
