import { expect, it } from 'vitest';
import { parseLinkHeader } from './parse-link-header.ts';

it('gives the links of a header by their relations', () => {
  const header =
    '<https://x.org/?a=1,2&page=2>; rel="next"; cursor="c=1"; results=true, <https://x.org/?page=9>; rel=last';
  expect(parseLinkHeader(header)).toEqual({
    next: { url: 'https://x.org/?a=1,2&page=2', rel: 'next', cursor: 'c=1', results: 'true' },
    last: { url: 'https://x.org/?page=9', rel: 'last' },
  });
  expect(parseLinkHeader('<https://x.org/a>')).toEqual({ 'https://x.org/a': { url: 'https://x.org/a' } });
});

it('gives none without a header', () => {
  expect(parseLinkHeader(undefined)).toEqual({});
  expect(parseLinkHeader('')).toEqual({});
});
