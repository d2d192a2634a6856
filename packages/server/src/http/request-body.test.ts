import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody, structureProblem } from './request-body.ts';

const malformed = expect.objectContaining({ code: 'malformed_body' });

describe('a body', () => {
  it('is read as the JSON it is, whatever is in its strings', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(readBody(Buffer.from(text), 'application/json; charset=utf-8')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('F1-13 is measured for depth and values without being fooled by strings', () => {
    const childrenOf = (value: unknown) => (typeof value === 'object' && value !== null ? Object.values(value) : []);
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...childrenOf(value).map(depthOf)) : 0;
    // Commas: one less than there are members, at every level.
    const commasOf = (value: unknown): number =>
      childrenOf(value).reduce<number>(
        (sum, child) => sum + commasOf(child),
        Math.max(0, childrenOf(value).length - 1),
      );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(8), fc.integer({ min: 1, max: 8 }), (value, depth, values) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const problem = structureProblem(bytes, { depth, values });
        const [tooDeep, tooMany] = [depthOf(value) > depth, commasOf(value) >= values];
        if (tooDeep !== tooMany) expect(problem).toMatch(tooDeep ? /deeper/ : /values/);
        expect(problem !== undefined).toBe(tooDeep || tooMany);
      }),
    );
    const fooling = String.raw`["[[[[,,,,\"[[[[,,,,"]`;
    expect(structureProblem(Buffer.from(fooling), { depth: 1, values: 1 })).toBeUndefined();
  });

  it.each([
    ['ten million brackets', '['.repeat(10_000_000)],
    ['ten million brackets in one that is whole', `{"a":${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}}`],
    ['a million names', `{${Array.from({ length: 700_000 }, (_, index) => `"k${index}":1`).join(',')}}`],
    ['two million nulls', `[${'null,'.repeat(2_000_000)}null]`],
  ])('F1-13 of %s is refused before anything is built of it', (_title, text) => {
    const bytes = Buffer.from(text);
    const before = process.memoryUsage().heapUsed;
    expect(() => readBody(bytes, undefined)).toThrow(malformed);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 1_048_576);
  });

  it('may be a form, and a form that holds JSON is JSON', () => {
    const form = 'application/x-www-form-urlencoded';
    expect(readBody(Buffer.from('a=1&b=x+y'), form)).toEqual({ a: '1', b: 'x y' });
    expect(readBody(Buffer.from(' {"a":1}'), form)).toEqual({ a: 1 });
    expect(() => readBody(Buffer.from('a=1&'.repeat(60_000)), form)).toThrow(malformed);
  });

  it('of another type is refused', () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/xml']) {
      expect(() => readBody(Buffer.from('{}'), type)).toThrow(
        expect.objectContaining({ code: 'unsupported_media_type' }),
      );
    }
    expect(readBody(Buffer.from('{}'), 'application/merge-patch+json')).toEqual({});
    expect(readBody(Buffer.from('{}'), undefined)).toEqual({});
  });

  it('F1-3 that is not JSON is not quoted back: it may hold a secret', () => {
    expect(() => readBody(Buffer.from('{"password": hunter2}'), undefined)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
