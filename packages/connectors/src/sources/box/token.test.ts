import { expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import type { Exchange } from '../../recording/exchange.ts';
import { box } from './index.ts';

const CLIENT = { client_id: 'client', client_secret: 'canary-secret' };

const me: Exchange = {
  request: { method: 'GET', url: 'https://api.box.com/2.0/users/me' },
  response: { status: 200, headers: {}, body: { json: { type: 'user', id: '17', name: 'Ada' } } },
};

const token = (form: Readonly<Record<string, string>>): Exchange => ({
  request: { method: 'POST', url: 'https://api.box.com/oauth2/token', body: new URLSearchParams(form).toString() },
  response: {
    status: 200,
    headers: {},
    body: { json: { access_token: 'new', refresh_token: 'r2', expires_in: 3600 } },
  },
});

/** Asks for the user with these settings; the rest of the token endpoint's form is as given. */
async function check(settings: object, form: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const server = await startRecordedServer([token(form), me], {
    lets: ({ authorization }, { pathname }) => pathname === '/oauth2/token' || authorization === 'Bearer new',
  });
  const { config, credentials } = box.specified!.split({ ...CLIENT, ...settings });
  const reading = startReading(box, { config, credentials }, server.origin);
  const said = await box.check(reading.ctx).then(
    () => server.unknown,
    (error: unknown) => [String(error), ...server.unknown],
  );
  await reading.close();
  await server.close();
  return said;
}

test('asks for a token of the service account of an enterprise', async () => {
  const form = { box_subject_type: 'enterprise', box_subject_id: '99', grant_type: 'client_credentials', ...CLIENT };
  expect(await check({ enterprise_id: '99' }, form)).toEqual([]);
});

test('renews a token of a user', async () => {
  expect(await check({ refresh_token: 'r1' }, { grant_type: 'refresh_token', ...CLIENT, refresh_token: 'r1' })).toEqual(
    [],
  );
});
