import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let server: RunningPostgres;
let t: Apiops;
beforeAll(async () => {
  server = await startPostgres();
  t = await startApiops({ DATABASE_URL: await server.createDatabase('control') });
});
afterAll(async () => {
  await t.service.stop();
  await server.stop();
});

it('Z06 gives a name to one of many that ask for it at the same time, on PostgreSQL too', async () => {
  const made = await Promise.all(Array.from({ length: 6 }, () => t.make({ ...mail, deployToWorker: false })));
  for (let round = 0; round < 3; round += 1) {
    const wanted = `wanted-${round}`;
    const others = made.slice(round);
    const answers = await Promise.all(
      others.map((name) => t.on('PUT', `/${name}/`, { ...mail, name: wanted, deployToWorker: false })),
    );
    const won = answers.findIndex(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const [place, { status, body }] of answers.entries()) {
      if (place === won) continue;
      expect(status).toBe(400);
      expect(body).toEqual({
        error: 'bad_request',
        error_description: `Connection (name: ${wanted}) already exists!`,
      });
    }
    await t.on('PUT', `/${wanted}/`, { ...mail, name: others[won], deployToWorker: false });
  }
  expect(await t.show(made[0] ?? '')).toMatchObject({ password: mail.password });
});
