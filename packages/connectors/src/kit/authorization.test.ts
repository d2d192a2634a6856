import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Authorization } from './authorization.ts';
import { basic, bearer } from './authorization.ts';
import { connectorErrorOf, HttpRig } from './http-rig.ts';
import { Secret } from './secret.ts';

let rig: HttpRig;

beforeEach(() => {
  rig = new HttpRig();
});
afterEach(() => rig.close());

/** Hands out the tokens one after the other, each when the one before was refused. */
function tokens(...left: string[]): Authorization & { readonly refused: string[] } {
  const refused: string[] = [];
  return {
    refused,
    header: async () => bearer(new Secret(left[0] ?? '')),
    async renew(header) {
      refused.push(header.reveal());
      left.shift();
      return left.length > 0;
    },
  };
}

/** A source that takes one token only; answers with what it was told. */
const taking = (token: string) =>
  rig.serve((request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${token}` ? 200 : 401;
    response.end(request.headers.authorization);
  });

describe('a request with an authorization', () => {
  test('carries the header of the moment, and is repeated once when that was refused', async () => {
    const { origin, seen } = await taking('second');
    const authorization = tokens('first', 'second');
    const answer = await rig.client().request({ url: `${origin}/x`, authorization });
    expect([answer.status, seen(), authorization.refused]).toEqual([200, 2, ['Bearer first']]);
  });

  test('fails when the renewed one is refused too, and when there is none', async () => {
    const { origin, seen } = await taking('never');
    const twice = connectorErrorOf(
      rig.client().request({ url: origin, authorization: tokens('a1b2', 'c3d4', 'e5f6') }),
    );
    expect(await twice).toMatchObject({ reason: 'credential' });
    expect(seen()).toBe(2);
    expect(await connectorErrorOf(rig.client().request({ url: origin, authorization: tokens('a1b2') }))).toMatchObject({
      reason: 'credential',
    });
    expect(seen()).toBe(3);
  });

  test('repeats a POST too: a request that was refused was not done', async () => {
    const { origin } = await taking('second');
    const request = { url: origin, json: { a: 1 }, authorization: tokens('first', 'second') };
    expect((await rig.client().request(request)).status).toBe(200);
  });

  test('never takes its header to another host', async () => {
    const other = await rig.serve((request, response) => response.end(String(request.headers.authorization)));
    const { origin } = await rig.serve((_, response) => response.writeHead(302, { location: other.origin }).end());
    expect((await rig.client().request({ url: origin, authorization: tokens('canary') })).text()).toBe('undefined');
  });

  test('is told the method and the address, as a signature needs them', async () => {
    const { origin } = await rig.serve((_, response) => response.end());
    const asked: string[] = [];
    const authorization: Authorization = {
      async header({ method, url }) {
        asked.push(`${method} ${url.pathname}${url.search}`);
        return new Secret('OAuth x');
      },
      renew: async () => false,
    };
    await rig.client().request({ url: `${origin}/a`, query: { b: 'c d' }, method: 'PUT', authorization });
    expect(asked).toEqual(['PUT /a?b=c+d']);
  });

  test('can carry its token in a header that the source names, which is renewed and kept from other hosts alike', async () => {
    const other = await rig.serve((request, response) => response.end(String(request.headers['x-shop-token'])));
    const { origin } = await rig.serve((request, response) => {
      const good = request.headers['x-shop-token'] === 'second' && request.headers.authorization === undefined;
      response.writeHead(good ? 302 : 401, { location: other.origin }).end();
    });
    const left = ['first', 'second'];
    const authorization: Authorization = {
      headerName: 'X-Shop-Token',
      header: async () => new Secret(left[0] ?? ''),
      renew: async (refused) => refused.reveal() === left.shift(),
    };
    expect((await rig.client().request({ url: origin, authorization })).text()).toBe('undefined');
  });
});

test('a name and a password are sent as RFC 7617 has it, in UTF-8', async () => {
  const { origin } = await rig.serve((request, response) => response.end(request.headers.authorization));
  for (const password of ['geh:eim', new Secret('geh:eim')]) {
    const headers = { authorization: basic('jörg', password) };
    const sent = (await rig.client().request({ url: origin, headers })).text();
    expect(Buffer.from(sent.replace('Basic ', ''), 'base64').toString('utf8')).toBe('jörg:geh:eim');
  }
});
