import { expect, it } from 'vitest';
import { encodePlace } from '../lib/page-cursor.ts';
import { PageQuery, pageReply, pageRequest } from './paging.ts';

const cursor = encodePlace({ createdAt: 1_700_000_000_000, id: '550e8400-e29b-41d4-a716-446655440000' });

it('reads skip, limit and cursor from text, with the published defaults', () => {
  expect(pageRequest(PageQuery.parse({}))).toEqual({ skip: 0, limit: 100 });
  expect(pageRequest(PageQuery.parse({ skip: '3', limit: '7', cursor }))).toEqual({ skip: 3, limit: 7, after: cursor });
});

it.each([{ limit: '0' }, { limit: '1001' }, { limit: 'x' }, { skip: '-1' }, { cursor: 'foreign' }])(
  'refuses %j',
  (query) => {
    expect(PageQuery.safeParse(query).success).toBe(false);
  },
);

it('links to the next page with the filters kept and the offset dropped', () => {
  const reply = pageReply({ items: [], next: cursor }, [], { limit: 2, skip: 4, cursor: 'before', search: 'a&b' });
  expect(reply.headers).toEqual({ link: `<?limit=2&cursor=${cursor}&search=a%26b>; rel="next"` });
});

it('links to nothing at the end', () => {
  expect(pageReply({ items: [], next: null }, [1], { limit: 2 })).toMatchObject({ body: [1], headers: {} });
});
