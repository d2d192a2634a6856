import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectorErrorOf, HttpRig } from './http-rig.ts';
import { Secret } from './secret.ts';

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});

afterEach(() => rig.close());

describe('redirects', () => {
  test('F1-6 refuses a redirect to a private address, however it is spelled', async () => {
    const targets = [
      'http://10.0.0.1/',
      'http://[::1]:8080/',
      'http://2852039166/',
      'http://localhost:1234/',
      'file:///etc/passwd',
      '//169.254.169.254/x',
    ];
    const { origin } = await rig.serve((request, response) =>
      response.writeHead(302, { location: targets[Number(request.url!.slice(1))] }).end(),
    );
    const lookup = () => Promise.resolve([{ address: '10.0.0.9', family: 4 }]);
    for (const at of targets.keys()) {
      expect(
        (await connectorErrorOf(rig.client({ lookup }).request({ url: `${origin}/${at}` }))).reason,
        targets[at],
      ).toBe('refused');
    }
  });

  test('carries credentials to the same origin only', async () => {
    const echo = await rig.serve((request, response) => response.end(JSON.stringify(request.headers)));
    const hop = await rig.serve((request, response) => {
      const location = request.url === '/same' ? '/echo' : request.url === '/other' ? `${echo.origin}/` : undefined;
      if (location) response.writeHead(307, { location }).end();
      else response.end(JSON.stringify(request.headers));
    });
    const headers = {
      authorization: 'Bearer x',
      cookie: 'c=1',
      'x-api-key': 'k',
      'x-custom': new Secret('s3cret'),
      'x-plain': 'p',
    };
    expect((await rig.client().request({ url: `${hop.origin}/same`, headers })).json()).toMatchObject({
      ...headers,
      'x-custom': 's3cret',
    });
    const crossed = (await rig.client().request({ url: `${hop.origin}/other`, headers })).json();
    expect(crossed).toMatchObject({ 'x-plain': 'p' });
    for (const name of ['authorization', 'cookie', 'x-api-key', 'x-custom']) expect(crossed).not.toHaveProperty(name);
  });

  test('turns a POST into a GET where RFC 9110 says so, and never posts to another host', async () => {
    const { origin } = await rig.serve((request, response) => {
      const [, status, where] = request.url!.split('/');
      if (status === 'end') response.end(`${request.method} ${request.headers['content-type'] ?? 'none'}`);
      else response.writeHead(Number(status), { location: where === 'away' ? 'http://127.0.0.2:1234/' : '/end' }).end();
    });
    const post = async (path: string): Promise<string> =>
      (await rig.client().request({ url: `${origin}${path}`, json: {} })).text();
    expect(await post('/302/here')).toBe('GET none');
    expect(await post('/303/here')).toBe('GET none');
    expect(await post('/307/here')).toBe('POST application/json');
    expect((await connectorErrorOf(post('/308/away'))).reason).toBe('invalid_answer');
  });

  test('hands a redirect back to a caller that wants to see it', async () => {
    const { origin, seen } = await rig.serve((_request, response) =>
      response.writeHead(307, { location: 'https://elsewhere.example/' }).end('moved'),
    );
    const answer = await rig.client().request({ url: origin, redirects: 'answer', accept: [307] });
    expect([answer.status, answer.headers['location'], answer.text()]).toEqual([
      307,
      'https://elsewhere.example/',
      'moved',
    ]);
    expect((await connectorErrorOf(rig.client().request({ url: origin, redirects: 'answer' }))).reason).toBe(
      'invalid_answer',
    );
    expect(seen()).toBe(2);
  });

  test('follows five redirects and no more', async () => {
    const { origin, seen } = await rig.serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect((await rig.client().request({ url: `${origin}/5` })).text()).toBe('there');
    expect((await connectorErrorOf(rig.client().request({ url: `${origin}/99` }))).reason).toBe('invalid_answer');
    expect(seen()).toBe(6 + 6);
  });
});
