import { expect, test } from 'vitest';
import { redactExchange } from './redact-exchange.ts';
import { RECORDED_SECRET } from './secret-spellings.ts';

const secret = 'canary/with "odd" chars+';

test('no spelling of a secret is written down, wherever it stood', () => {
  const written = redactExchange(
    {
      request: {
        method: 'POST',
        url: `https://api.test/${encodeURIComponent(secret)}?key=${encodeURIComponent(secret)}&page=1`,
        body: { json: { token: secret, deep: [{ q: `x ${secret} y` }] } },
      },
      response: {
        status: 200,
        headers: {
          'content-type': 'application/json',
          'set-cookie': 'session=1',
          link: `<https://api.test/?k=${secret}>`,
        },
        body: { json: { basic: Buffer.from(secret).toString('base64'), items: [1] } },
      },
    },
    [secret],
  );
  const text = JSON.stringify(written);
  for (const spelling of [
    'canary/with',
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    'session=1',
  ])
    expect(text).not.toContain(spelling);
  expect(text).toContain(RECORDED_SECRET);
  expect(text).toContain('page=1');
});

test('tokens that the source gave are taken out though nobody knew them', () => {
  const { request, response } = redactExchange(
    {
      request: { method: 'GET', url: 'https://api.test/a?api_key=abcd' },
      response: {
        status: 200,
        headers: {},
        body: { json: { access_token: 'fresh', expires_in: 3600, next_page_token: 'p2' } },
      },
    },
    [],
  );
  expect(request.url).toBe(`https://api.test/a?api_key=${RECORDED_SECRET}`);
  expect(response.body).toEqual({ json: { access_token: RECORDED_SECRET, expires_in: 3600, next_page_token: 'p2' } });
});
