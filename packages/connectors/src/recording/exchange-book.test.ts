import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { ExchangeBook } from './exchange-book.ts';

const exchange = (url: string, status = 200, body?: object, method = 'GET'): Exchange => ({
  request: { method, url, ...(body && { body: { json: body as never } }) },
  response: { status, headers: {} },
});
const asked = (url: string, method = 'GET', body = '') => ({ method, url: new URL(url), body: Buffer.from(body) });

test('a request meets the exchange of its path and query, in any order', () => {
  const book = new ExchangeBook([exchange('https://api.test/a?x=1&y=2', 201), exchange('https://api.test/a?x=1', 202)]);
  expect(book.answer(asked('https://api.test/a?y=2&x=1'))?.status).toBe(201);
  expect(book.answer(asked('https://api.test/a?x=1'))?.status).toBe(202);
  expect(book.answer(asked('https://api.test/a?x=2'))).toBeUndefined();
  expect(book.answer(asked('https://api.test/a?x=1', 'POST'))).toBeUndefined();
});

test('several answers to one request come in turn, and the last one stays', () => {
  const book = new ExchangeBook([exchange('https://api.test/a', 503), exchange('https://api.test/a', 200)]);
  const statuses = [1, 2, 3].map(() => book.answer(asked('https://api.test/a'))?.status);
  expect(statuses).toEqual([503, 200, 200]);
  book.rewind();
  expect(book.answer(asked('https://api.test/a'))?.status).toBe(503);
});

test('a body counts where one was recorded, as JSON whatever its spelling', () => {
  const book = new ExchangeBook([exchange('https://api.test/q', 200, { a: 1, b: [2] }, 'POST')]);
  expect(book.answer(asked('https://api.test/q', 'POST', '{ "b": [2], "a": 1 }'))?.status).toBe(200);
  expect(book.answer(asked('https://api.test/q', 'POST', '{"a":2}'))).toBeUndefined();
  expect(book.unused).toHaveLength(0);
});

test('hosts are told apart when the one that is asked was recorded, and do not matter otherwise', () => {
  const book = new ExchangeBook([exchange('https://one.test/a', 201), exchange('https://two.test/a', 202)]);
  expect(book.answer(asked('https://two.test/a'))?.status).toBe(202);
  expect(book.answer(asked('http://127.0.0.1:9/a'))?.status).toBe(201);
});

test('a star stands for any value of a parameter, and whatever says more goes first', () => {
  const book = new ExchangeBook([
    exchange('https://api.test/a?since=*', 201),
    exchange('https://api.test/a?since=*&page=2', 202),
    exchange('https://api.test/a?since=never', 203),
  ]);
  expect(book.answer(asked('https://api.test/a?since=2026'))?.status).toBe(201);
  expect(book.answer(asked('https://api.test/a?page=2&since=2026'))?.status).toBe(202);
  expect(book.answer(asked('https://api.test/a?since=never'))?.status).toBe(203);
  expect(book.answer(asked('https://api.test/a'))).toBeUndefined();
});

test('a star within a value stands for any text there', () => {
  const book = new ExchangeBook([
    exchange('https://api.test/q?q=select * from a where t > *', 201),
    exchange('https://api.test/q?q=select * from b', 202),
    exchange('https://api.test/q?q=aa*aa', 203),
  ]);
  const ask = (q: string) => book.answer(asked(`https://api.test/q?q=${encodeURIComponent(q)}`))?.status;
  expect(ask('select x, y from a where t > 2026')).toBe(201);
  expect(ask('select x from b')).toBe(202);
  expect(ask('select x from b where t > 1')).toBeUndefined();
  expect([ask('aaaa'), ask('aaa')]).toEqual([203, undefined]);
});

test('a body may say more than what was recorded of it; the longest that fits answers', () => {
  const book = new ExchangeBook([
    exchange('https://api.test/q', 201, { query: 'q' }, 'POST'),
    exchange('https://api.test/q', 202, { query: 'q', variables: { after: 'c1' } }, 'POST'),
  ]);
  const ask = (body: object) => book.answer(asked('https://api.test/q', 'POST', JSON.stringify(body)))?.status;
  expect(ask({ query: 'q', variables: { first: 10 } })).toBe(201);
  expect(ask({ query: 'q', variables: { first: 10, after: 'c1' } })).toBe(202);
  expect(ask({ query: 'other' })).toBeUndefined();
});
