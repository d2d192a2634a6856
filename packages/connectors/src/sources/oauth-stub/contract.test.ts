import { describeConnector } from '../../kit/connector-contract.ts';
import { startWebServer } from '../../testing/web-server.ts';
import type { WebServer } from '../../testing/web-server.ts';
import { oauthStub } from './index.ts';

const PAGE = 20;
const LAST = 55;

let server: WebServer;

describeConnector(oauthStub, {
  http: { hosts: ['api.example'] },
  async prepare() {
    server = await startWebServer();
    server.set('/me', { body: JSON.stringify({ sub: 'ada' }) });
    server.otherwise((path) => {
      const after = Number(/^\/items\?after=(\d+)$/.exec(path)?.[1]);
      const ids = Array.from({ length: Math.min(PAGE, LAST - after) }, (_, at) => after + at + 1);
      return { body: JSON.stringify(ids.map((id) => ({ id, text: `Words of item ${id}` }))) };
    });
    return {
      config: { base_url: 'https://api.example' },
      credentials: { access_token: 'token' },
      upstream: server.origin,
    };
  },
  cleanup: () => server.close(),
});
