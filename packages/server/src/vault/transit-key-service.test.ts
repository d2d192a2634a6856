import { randomBytes } from 'node:crypto';
import { Secret } from '@tributary/connectors/kit/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyService } from './key-service.ts';
import { startTransitServer, type TransitServer } from './testing/transit-server.ts';
import { createTransitKeyService } from './transit-key-service.ts';

let server: TransitServer;
let services: KeyService[];
const patient = { now: () => Date.now(), sleep: async () => undefined };

beforeEach(async () => {
  server = await startTransitServer();
  services = [];
});
afterEach(async () => {
  for (const service of services) await service.close();
  await server.stop();
});

function open(change: { readonly token?: string; readonly key?: string; readonly url?: string } = {}): KeyService {
  const { token = server.token, key = 'tributary', url = server.url } = change;
  const service = createTransitKeyService({ url, key, token: new Secret(token), clock: patient, random: () => 0 });
  services.push(service);
  return service;
}

describe('the transit engine', () => {
  it('F1-1 wraps a key and gives the same back, whatever version of its own key it has by then', async () => {
    const key = randomBytes(32);
    const service = open();
    const wrapped = await service.wrap(key);
    expect(wrapped).toMatch(/^vault:v1:/);
    server.rotate();
    expect(await service.unwrap(wrapped)).toEqual(key);
    const fresh = await service.rewrap(wrapped);
    expect(fresh).toMatch(/^vault:v2:/);
    server.setOldest(2);
    expect(await service.unwrap(fresh)).toEqual(key);
    await expect(service.unwrap(wrapped)).rejects.toThrow('the text is not of this key (400)');
    expect(new Set(server.seen.map(({ token }) => token))).toEqual(new Set([server.token]));
  });

  it('says what is wrong with the token, the key and the address', async () => {
    const gone = await startTransitServer();
    await gone.stop();
    await expect(open({ token: 'hvs.other' }).wrap(randomBytes(32))).rejects.toThrow('refused the token');
    await expect(open({ key: 'other' }).wrap(randomBytes(32))).rejects.toThrow('has no such key');
    await expect(open({ url: server.url.replace('transit', 'kv') }).wrap(randomBytes(32))).rejects.toThrow(
      'not mounted',
    );
    await expect(open({ url: gone.url }).wrap(randomBytes(32))).rejects.toThrow('ECONNREFUSED');
  });

  it('F1-3 repeats neither the token nor the key when the service answers nonsense or shows the request', async () => {
    const key = randomBytes(32);
    const texts: string[] = [];
    for (const status of [200, 302, 400, 403, 404, 418, 429, 500, 503]) {
      server.answerWith({ status, body: `<html>${server.token} ${key.toString('base64')}</html>` });
      texts.push(
        await open()
          .wrap(key)
          .then(String, (error: Error) => `${error.message} ${error.stack}`),
      );
    }
    server.answerWith({
      status: 200,
      body: JSON.stringify({ data: { plaintext: key.subarray(1).toString('base64') } }),
    });
    texts.push(
      await open()
        .unwrap('vault:v1:AAAA')
        .then(String, (error: Error) => error.message),
    );
    expect(texts.filter((text) => !text.includes('key service'))).toEqual([]);
    expect(texts.join('\n')).not.toContain(key.subarray(3, 27).toString('base64'));
    expect(texts.join('\n')).not.toContain(server.token);
  });
});
