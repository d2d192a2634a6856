import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableIdFrom } from './readable-id.ts';

describe('readable ids of collections', () => {
  it('drops hyphens and foreign letters, joins words with hyphens and adds six random characters', () => {
    expect(readableIdFrom('A-B Test')).toMatch(/^ab-test-[a-z0-9]{6}$/);
    expect(readableIdFrom('  Übersicht  2024 ')).toMatch(/^bersicht-2024-[a-z0-9]{6}$/);
    expect(readableIdFrom('日本語')).toMatch(/^[a-z0-9]{6}$/);
  });

  it('always fits the published pattern, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', 'Z', '7', ' ', '-', '\t', 'é', '日', '_', '😀', '\u0000'),
          maxLength: 64,
        }),
        (name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(readableIdFrom(name)),
      ),
    );
  });
});
