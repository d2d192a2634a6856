import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

/** The same value with its members in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, shuffled(member)] as const)
      .toReversed(),
  );
}

describe('canonicalJson', () => {
  test('is one text for one value, whatever the order of its members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test('means what it was made from, and is canonical already when read and written again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const read: unknown = JSON.parse(text);
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(read)).toBe(text);
      }),
    );
  });

  test('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = JSON.stringify(shuffled(one)) === JSON.stringify(shuffled(other));
        if (same) expect(canonicalJson(one)).toBe(canonicalJson(other));
        // Order of members aside, JSON.parse is a faithful comparison.
        else if (canonicalJson(one) === canonicalJson(other)) expect(one).toEqual(other);
      }),
    );
  });

  // RFC 8785 §3.2.3
  test('sorts names by their UTF-16 code units, integer-like ones too', () => {
    const value = {
      '\u20ac': 1,
      '\r': 2,
      '\ufb33': 3,
      '1': 4,
      '\u{1f600}': 5,
      '\u0080': 6,
      '\u00f6': 7,
      '10': 8,
      '9': 9,
    };
    expect(canonicalJson(value)).toBe(
      '{"\\r":2,"1":4,"10":8,"9":9,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    );
  });

  // RFC 8785 appendix B
  test.each([
    [-0, '0'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [1e23, '1e+23'],
    [0.000001, '0.000001'],
    [333333333.3333332, '333333333.3333332'],
  ])('writes the number %d as %s', (number, text) => {
    expect(canonicalJson(number)).toBe(text);
  });

  test('never throws for what a string holds, and always gives well-formed text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), fc.string({ unit: 'binary' }), (units, name) => {
        const text = canonicalJson({ [name]: String.fromCharCode(...units) });
        expect(text.isWellFormed()).toBe(true);
        expect(Object.values(JSON.parse(text) as object)).toEqual([String.fromCharCode(...units).toWellFormed()]);
      }),
    );
    expect(canonicalJson('a\ud800b\0')).toBe('"a\ufffdb\\u0000"');
  });

  test('writes what JSON does not know in one explicit way', () => {
    const secret = { toJSON: () => '[secret]' };
    class Money {
      readonly amount = 3;
      toJSON(): unknown {
        return { amount: this.amount };
      }
    }
    expect(
      canonicalJson({
        nothing: undefined,
        run: () => 1,
        list: [undefined, Symbol('x')],
        nan: Number.NaN,
        infinite: -Infinity,
        big: 12345678901234567890n,
        date: new Date(0),
        noDate: new Date(Number.NaN),
        bytes: Buffer.from('hi'),
        money: new Money(),
        bare: Object.assign(Object.create(null), { a: 1 }),
      }),
    ).toBe(
      '{"bare":{"a":1},"big":"12345678901234567890","bytes":"aGk=","date":"1970-01-01T00:00:00.000Z","infinite":null,"list":[null,null],"money":{"amount":3},"nan":null,"noDate":null}',
    );
    expect(canonicalJson(undefined)).toBe('null');
    expect(canonicalJson(secret)).toBe('{}');
  });

  test('stops at 200 levels, so that cycles end', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(canonicalJson(nested(200))).toHaveLength(401);
    expect(() => canonicalJson(nested(201))).toThrow(expect.objectContaining({ problem: 'too_deep' }));
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => canonicalJson(cycle)).toThrow(expect.objectContaining({ problem: 'too_deep' }));
  });

  test('stops early when the text grows too long', () => {
    let read = 0;
    const endless = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 0]));
    for (const name of Object.keys(endless)) {
      Object.defineProperty(endless, name, { enumerable: true, get: () => (read++, 'x'.repeat(100)) });
    }
    expect(() => canonicalJson(endless, { maxLength: 1_000 })).toThrow(
      expect.objectContaining({ problem: 'too_large' }),
    );
    expect(read).toBeLessThan(20);
    expect(canonicalJson('x'.repeat(8), { maxLength: 10 })).toHaveLength(10);
    expect(() => canonicalJson('x'.repeat(9), { maxLength: 10 })).toThrow();
  });
});
