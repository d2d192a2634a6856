import { describe, expect, it } from 'vitest';
import { collectionStatus } from './status.ts';

const source = (lastState: Parameters<typeof collectionStatus>[0][number]['lastState'], authenticated = true) => ({
  authenticated,
  lastState,
});

describe('the status of a collection', () => {
  it('needs a source when there is none, none is authenticated or none has run', () => {
    expect(collectionStatus([])).toBe('needs_source');
    expect(collectionStatus([source('completed', false)])).toBe('needs_source');
    expect(collectionStatus([source(null), source('pending')])).toBe('needs_source');
  });

  it('is active as soon as one source runs or has run well', () => {
    for (const state of ['completed', 'running', 'cancelling'] as const)
      expect(collectionStatus([source('failed'), source(state)])).toBe('active');
  });

  it('is an error when every authenticated source failed', () => {
    expect(collectionStatus([source('failed'), source('failed'), source(null, false)])).toBe('error');
    expect(collectionStatus([source('failed'), source(null)])).toBe('needs_source');
  });
});
