import { describe, expect, it } from 'vitest';
import { freeHandle, handleFrom } from './handle.ts';

describe('handles of connections', () => {
  it('are made of the name, without accents, signs or upper case', () => {
    expect(handleFrom('  Kundendaten: Süd/West ', 'postgres')).toBe('kundendaten-sud-west');
    expect(handleFrom('日本', 'postgres')).toBe('postgres');
    expect(handleFrom('x'.repeat(100), 'postgres')).toHaveLength(60);
  });

  it('take the first free number behind a name that is taken', () => {
    expect(freeHandle('crm', new Set())).toBe('crm');
    expect(freeHandle('crm', new Set(['crm', 'crm-2', 'crm-4']))).toBe('crm-3');
  });
});
