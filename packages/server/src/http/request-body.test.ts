import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestsDeeperThan, readBody } from './request-body.ts';

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

  it('13 is measured for depth without being fooled by strings', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(8), (value, limit) => {
        const bytes = Buffer.from(JSON.stringify(value));
        expect(nestsDeeperThan(bytes, limit)).toBe(depthOf(value) > limit);
      }),
    );
    expect(nestsDeeperThan(Buffer.from(String.raw`["[[[[\"[[[["]`), 1)).toBe(false);
  });

  it('13 of a million brackets is refused at once', () => {
    expect(() => readBody(Buffer.from('['.repeat(1_000_000)), undefined)).toThrow(malformed);
  });

  it('may be a form, and a form that holds JSON is JSON', () => {
    const form = 'application/x-www-form-urlencoded';
    expect(readBody(Buffer.from('a=1&b=x+y'), form)).toEqual({ a: '1', b: 'x y' });
    expect(readBody(Buffer.from(' {"a":1}'), form)).toEqual({ a: 1 });
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

  it('3 that is not JSON is not quoted back: it may hold a secret', () => {
    expect(() => readBody(Buffer.from('{"password": hunter2}'), undefined)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
