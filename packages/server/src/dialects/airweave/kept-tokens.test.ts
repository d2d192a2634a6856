import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeWebhook, ruleOf } from '../../../test/harness/notification-rules.ts';
import { startOAuthRig, type OAuthRig } from '../../../test/harness/oauth-rig.ts';

let rig: OAuthRig;
beforeAll(async () => {
  rig = await startOAuthRig();
});
afterAll(() => rig.stop());

/** A source connection that a person has allowed, after its first job. */
async function connect(): Promise<string> {
  const { body } = await rig.create();
  await rig.allow(body.auth.auth_url);
  await rig.t.api('POST', `/v1/source-connections/${body.id}/verify-oauth`, { claim_token: body.auth.claim_token });
  await rig.t.waitForJob(body.id);
  return body.id;
}

const renewed = async (): Promise<number> => {
  const text = String((await rig.t.api('GET', '/metrics')).body);
  return Number(/^tributary_token_renewals_total\{outcome="renewed"\} (\d+)$/m.exec(text)?.[1]);
};

it('F1-8 a worker renews what has lapsed by the rules of a certified server, and the operator sees it', async () => {
  const id = await connect();
  const asked = rig.server.tokenRequests();
  for (const item of ['Third', 'Fourth']) {
    rig.server.lapse();
    rig.server.items = [...rig.server.items, item];
    expect((await rig.t.api('POST', `/v1/source-connections/${id}/run`)).status).toBe(200);
    expect(await rig.t.waitForJob(id)).toMatchObject({ status: 'completed', entities_inserted: 1 });
  }
  expect(rig.server.tokenRequests()).toBe(asked + 2);
  await expect.poll(renewed).toBe(2);
});

it('F1-8 a grant that is gone asks a person once, and reads on from the cursor when it is allowed again', async () => {
  const id = await connect();
  const show = async () => (await rig.t.api('GET', `/v1/source-connections/${id}`)).body;
  const cursor = (await show()).schedule.cursor_value;
  const project = '/tributary/v1/projects/default';
  await rig.t.api('POST', `${project}/notification-rules`, ruleOf(await makeWebhook(rig.t)));
  rig.server.lapse();
  rig.server.forgetful = true;
  await rig.t.api('POST', `/v1/source-connections/${id}/run`);
  expect(await rig.t.waitForJob(id)).toMatchObject({ status: 'failed' });
  expect(await show()).toMatchObject({ status: 'NEEDS_REAUTH', schedule: { cursor_value: cursor } });
  const { body } = await rig.t.api('GET', `/tributary/v1/source-connections/${id}/status`);
  expect(body.tasks[0]).toMatchObject({
    code: 'renew_credential',
    message: expect.stringContaining('refuses the grant: invalid_grant'),
  });
  const asked = rig.server.tokenRequests();
  expect((await rig.t.api('POST', `/v1/source-connections/${id}/run`)).status).toBeGreaterThanOrEqual(400);
  expect(rig.server.tokenRequests()).toBe(asked);
  const traces = await rig.t.api('GET', '/tributary/v1/audit-events?action=connection.credential_refused');
  expect(traces.body.items).toHaveLength(1);
  const told = (await rig.t.api('GET', `${project}/notifications`)).body.items;
  expect(told.map(({ kind }: { kind: string }) => kind)).toEqual(['credential.needs_renewal']);

  rig.server.forgetful = false;
  rig.server.items = [...rig.server.items, 'After it'];
  const again = await rig.t.api('POST', `/v1/source-connections/${id}/reinitiate-oauth`);
  await rig.allow(again.body.auth.auth_url);
  const claim = { claim_token: again.body.auth.claim_token };
  await rig.t.api('POST', `/v1/source-connections/${id}/verify-oauth`, claim);
  expect(await rig.t.waitForJob(id)).toMatchObject({ status: 'completed', entities_inserted: 1 });
});

it('what the service asks by itself is renewed too', async () => {
  const id = await connect();
  rig.server.lapse();
  const preview = await rig.t.api('POST', `/tributary/v1/source-connections/${id}/preview`, {});
  expect(preview.body).toMatchObject({ streams: [{ name: 'items', outcome: 'read' }] });
});

it('a deletion has the provider take the grant back first, and goes on when it does not', async () => {
  const [id, other] = [await connect(), await connect()];
  const before = rig.server.revocations();
  expect((await rig.t.api('DELETE', `/v1/source-connections/${id}`)).status).toBe(200);
  expect(rig.server.revocations()).toBe(before + 1);
  await rig.server.close();
  expect((await rig.t.api('DELETE', `/v1/source-connections/${other}`)).status).toBe(200);
  await expect.poll(async () => (await rig.t.api('GET', `/v1/source-connections/${other}`)).status).toBe(404);
});
