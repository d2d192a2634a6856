import { randomBytes } from 'node:crypto';
import { Secret } from '@tributary/connectors/kit/secret';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../lib/ids.ts';
import { KeyRing } from './key-ring.ts';
import { createVault, type SealContext } from './vault.ts';

const ring = new KeyRing([randomBytes(32)]);
const vault = createVault(ring);
const here: SealContext = { organizationId: newId(), row: 'row-1', column: 'credential.ciphertext' };
const unreadable = expect.objectContaining({ code: 'credential_unreadable' });

function flip(base64: string, at: number, change: number): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at % bytes.length]! ^= change;
  return bytes.toString('base64');
}

describe('the vault', () => {
  it('F1-1 opens what it sealed, for every JSON object and every place', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(json, fc.string(), fc.string(), (value, row, column) => {
        const context = { organizationId: newId<SealContext['organizationId']>(), row, column };
        const opened = vault.open(vault.seal(value, context), context);
        expect(JSON.stringify(opened)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('F1-1 seals what a Secret holds, not how it prints', () => {
    const sealed = vault.seal({ credentials: { password: new Secret('hunter2') }, list: [new Secret('x')] }, here);
    expect(JSON.stringify(sealed)).not.toContain('hunter2');
    expect(vault.open(sealed, here)).toEqual({ credentials: { password: 'hunter2' }, list: ['x'] });
  });

  it('F1-1 refuses a value in which any one byte was changed, in any way', () => {
    const value = fc.dictionary(fc.string(), fc.string());
    const field = fc.constantFrom('wrapped_key' as const, 'ciphertext' as const);
    fc.assert(
      fc.property(value, field, fc.nat(), fc.integer({ min: 1, max: 255 }), (secret, name, at, change) => {
        const sealed = vault.seal(secret, here);
        expect(() => vault.open({ ...sealed, [name]: flip(sealed[name], at, change) }, here)).toThrow(unreadable);
      }),
      { numRuns: 1_000 },
    );
    const sealed = vault.seal({ password: 'hunter2' }, here);
    for (const name of ['wrapped_key', 'ciphertext'] as const) {
      const { length } = Buffer.from(sealed[name], 'base64');
      for (let at = 0; at < length; at += 1)
        expect(() => vault.open({ ...sealed, [name]: flip(sealed[name], at, 1) }, here), `${name} ${at}`).toThrow(
          unreadable,
        );
    }
  });

  it('F1-1 refuses a value that was moved to another organization, row or column, or cut short', () => {
    const sealed = vault.seal({ password: 'hunter2' }, here);
    const other = vault.seal({ password: 'hunter3' }, { ...here, row: 'row-2' });
    expect(() => vault.open(sealed, { ...here, organizationId: newId() })).toThrow(unreadable);
    expect(() => vault.open(sealed, { ...here, row: 'row-2' })).toThrow(unreadable);
    expect(() => vault.open(sealed, { ...here, column: 'other.column' })).toThrow(unreadable);
    expect(() => vault.open({ ...sealed, wrapped_key: other.wrapped_key }, here)).toThrow(unreadable);
    expect(() => vault.open({ ...sealed, ciphertext: '' }, here)).toThrow(unreadable);
  });

  it('F1-1 tells apart contexts whose parts only join to the same text', () => {
    const sealed = vault.seal({ a: 1 }, { ...here, row: 'a","b', column: 'c' });
    expect(() => vault.open(sealed, { ...here, row: 'a', column: 'b","c' })).toThrow(unreadable);
  });

  it('F1-1 never uses an IV or a data key twice', () => {
    const times = 50_000;
    const ivs = new Set<string>();
    const wrapped = new Set<string>();
    for (let count = 0; count < times; count += 1) {
      const sealed = vault.seal({}, here);
      ivs.add(sealed.ciphertext.slice(0, 16)).add(sealed.wrapped_key.slice(0, 16));
      wrapped.add(sealed.wrapped_key.slice(-44));
    }
    // One IV for the value and one for its data key: 100,000.
    expect([ivs.size, wrapped.size]).toEqual([2 * times, times]);
  });

  it('F1-2 seals with the newest key and still opens what older ones sealed', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const before = createVault(new KeyRing([first])).seal({ a: 1 }, here);
    const both = createVault(new KeyRing([first, second]));
    const after = both.seal({ a: 2 }, here);
    expect(both.open(before, here)).toEqual({ a: 1 });
    expect(after.key_id).not.toBe(before.key_id);
    expect(() => createVault(new KeyRing([second])).open(before, here)).toThrow(unreadable);
  });
});
