import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sampleNotice } from '../../kit/connection-type-contract.ts';
import { FarEndGone } from '../../kit/far-end-gone.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import { webhook } from './index.ts';

const OLD = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const STRANGE = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let calls: Received[] = [];
let status = 204;
const server = createServer((request: IncomingMessage, response) => {
  void text(request).then((body) => {
    calls.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(status).end();
  });
});
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void server.close());
beforeEach(() => {
  calls = [];
  status = 204;
});

const place = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;

async function send(settings: object = {}): Promise<Received> {
  const trial = startTrial(webhook, { fullUrl: place(), ...settings });
  try {
    await (await trial.open()).notify?.(sampleNotice('The sync of crm failed'));
  } finally {
    await trial.close();
  }
  return calls[0]!;
}

describe('F1-9 a call that is signed', () => {
  it('is verified by whoever knows the secret, and by nobody else', async () => {
    const { headers, body } = await send({ signingSecret: NEW });
    expect(new Webhook(NEW).verify(body, headers)).toMatchObject({ title: 'The sync of crm failed' });
    expect(headers['webhook-id']).toBe(sampleNotice('').id);
    expect(() => new Webhook(STRANGE).verify(body, headers)).toThrow('No matching signature');
  });

  it('is refused when its body, its id or its time was changed', async () => {
    const { headers, body } = await send({ signingSecret: NEW });
    const judge = new Webhook(NEW);
    expect(() => judge.verify(body.replace('crm', 'erp'), headers)).toThrow('No matching signature');
    expect(() => judge.verify(body, { ...headers, 'webhook-id': 'another' })).toThrow('No matching signature');
    const later = String(Number(headers['webhook-timestamp']) + 1);
    expect(() => judge.verify(body, { ...headers, 'webhook-timestamp': later })).toThrow('No matching signature');
  });

  it('carries the time of the call, so that an old one that is sent again is refused', async () => {
    const { headers, body } = await send({ signingSecret: NEW });
    const old = String(Number(headers['webhook-timestamp']) - 600);
    const again = { ...headers, 'webhook-timestamp': old };
    expect(() => new Webhook(NEW).verify(body, again)).toThrow('Message timestamp too old');
  });

  it('is verified by both secrets while receivers change over', async () => {
    const { headers, body } = await send({ signingSecret: `${NEW} ${OLD}` });
    for (const secret of [NEW, OLD]) expect(new Webhook(secret).verify(body, headers)).toBeDefined();
  });

  it('shows its secret nowhere', async () => {
    const { headers, body } = await send({ signingSecret: NEW });
    expect(JSON.stringify([headers, body])).not.toContain(NEW.slice(6));
  });

  it('is not signed without a secret, and a secret that is none is refused', async () => {
    expect((await send()).headers['webhook-signature']).toBeUndefined();
    await expect(send({ signingSecret: 'hunter2hunter2hunter2' })).rejects.toThrow('Signing secret: give whsec_');
  });

  it('ends for good where the endpoint answers 410', async () => {
    status = 410;
    await expect(send({ signingSecret: NEW })).rejects.toBeInstanceOf(FarEndGone);
  });

  it('is not made to this machine unless the operator allows it', async () => {
    const trial = startTrial(webhook, { fullUrl: place(), signingSecret: NEW }, { policy: { allow: [] } });
    const opened = await trial.open();
    await expect(opened.notify?.(sampleNotice('A'))).rejects.toMatchObject({ reason: 'refused' });
    await trial.close();
    expect(calls).toEqual([]);
  });
});
