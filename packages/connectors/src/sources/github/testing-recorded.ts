import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export interface RecordedGithub {
  /** Loads a scenario and gives the address of its API; answers come once, in the order of the recording. */
  load(scenario: string): Promise<string>;
  stop(): Promise<void>;
}

/** Ends with its parent: the pipe to its input closes then. It stands in a process of its own since it patches `node:http`. */
const SCRIPT = `
  import express from 'express';
  import fixtures from '@octokit/fixtures-server';
  process.stdin.resume().on('end', () => process.exit());
  const app = express();
  const server = app.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    app.use(fixtures({ port, fixturesUrl: 'http://127.0.0.1:' + port, logLevel: 'silent' }));
    console.log(port);
  });`;

/** What every request of the recordings bears. */
const RECORDED_HEADERS = {
  accept: 'application/vnd.github.v3+json',
  authorization: 'token 0000000000000000000000000000000000000001',
};

/**
 * Starts the server of recorded GitHub answers that npm brings (`@octokit/fixtures-server`). It compares headers and queries
 * letter by letter, so a front gives each request the recorded ones: `firstQuery` for a list that is asked for anew.
 */
export async function startRecordedGithub(firstQuery: string): Promise<RecordedGithub> {
  const server = spawn(process.execPath, ['--no-deprecation', '--input-type=module', '--eval', SCRIPT], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const [port] = (await Promise.race([
    once(createInterface(server.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('the recordings did not start'))),
  ])) as [string];
  const origin = `http://127.0.0.1:${port}`;
  const front = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    if (url.searchParams.has('sort')) url.search = firstQuery;
    fetch(url, { headers: RECORDED_HEADERS }).then(
      async (answer) => {
        const link = answer.headers.get('link');
        response.writeHead(answer.status, link === null ? {} : { link }).end(await answer.text());
      },
      () => response.destroy(),
    );
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    async load(scenario) {
      const answer = await fetch(`${origin}/fixtures`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ scenario }),
      });
      const { url } = (await answer.json()) as { readonly url: string };
      return `http://127.0.0.1:${(front.address() as AddressInfo).port}${new URL(url).pathname}`;
    },
    async stop() {
      front.closeAllConnections();
      front.close();
      server.stdin.end();
      await ended;
    },
  };
}
