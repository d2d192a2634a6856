import { describeConnector } from '../../kit/connector-contract.ts';
import { github } from './index.ts';
import { PlayedGithub, TOKEN } from './testing-github.ts';

let server: PlayedGithub;

describeConnector(github, {
  http: { hosts: ['api.github.com'] },
  async prepare() {
    server = await PlayedGithub.start();
    server.pageSize = 5;
    server.linkOrigin = 'https://api.github.com';
    for (const name of ['acme/rocket', 'acme/skates']) {
      for (let at = 1; at <= 23; at += 1) {
        const updatedAt = new Date(Date.UTC(2026, 1, 1, 0, at * 3)).toISOString().replace('.000Z', 'Z');
        server.issue(name, at, updatedAt, at % 4 === 0 ? { pull_request: {} } : {});
        const id = server.repository(name).id * 100 + at;
        server.comment(name, at % 3 === 0 ? 'review' : 'issue', id, updatedAt);
      }
      server.commit(name, {
        ...Object.fromEntries(Array.from({ length: 220 }, (_, at) => [`docs/${at}.md`, `# Page ${at} of ${name}`])),
        'README.md': `# ${name}`,
        'src/main.ts': 'not read by default',
      });
    }
    return {
      config: { repositories: ['acme/rocket', 'acme/skates'] },
      credentials: { access_token: TOKEN },
      upstream: server.url,
    };
  },
  cleanup: () => server.close(),
});
