import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePlace, encodePlace } from './page-cursor.ts';

describe('cursors of lists', () => {
  it('come back as they were made', () => {
    fc.assert(
      fc.property(fc.nat(), fc.uuid(), (createdAt, id) => {
        expect(decodePlace(encodePlace({ createdAt, id }))).toEqual({ createdAt, id });
      }),
    );
  });

  it('are refused when anybody else made them', () => {
    fc.assert(fc.property(fc.string(), (text) => decodePlace(text) === undefined));
  });
});
