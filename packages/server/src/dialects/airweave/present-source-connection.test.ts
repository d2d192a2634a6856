import { describe, expect, it } from 'vitest';
import type { StatusAxes } from '../../source-connections/status.ts';
import { documented, observed } from './faces.ts';
import { statusWord } from './present-source-connection.ts';

const ready: StatusAxes = { setup: 'ready', run: 'idle', freshness: 'fresh', mode: 'scheduled' };

describe('B13 the one word for a status', () => {
  it.each<[Partial<StatusAxes>, string, string]>([
    [{}, 'active', 'active'],
    [{ freshness: 'never' }, 'active', 'active'],
    [{ freshness: 'cancelled' }, 'active', 'active'],
    [{ mode: 'paused' }, 'active', 'active'],
    [{ setup: 'pending_auth', run: 'running' }, 'pending_auth', 'pending_auth'],
    [{ mode: 'off', run: 'running' }, 'inactive', 'inactive'],
    [{ run: 'running' }, 'syncing', 'syncing'],
    [{ run: 'cancelling' }, 'syncing', 'syncing'],
    [{ run: 'pending' }, 'syncing', 'active'],
    [{ freshness: 'failed' }, 'error', 'error'],
    [{ freshness: 'failed', setup: 'needs_reauth' }, 'needs_reauth', 'error'],
    [{ run: 'running', setup: 'needs_reauth' }, 'syncing', 'syncing'],
  ])('%j is %s where documented and %s where observed', (axes, onDocumented, onObserved) => {
    expect(statusWord({ ...ready, ...axes }, documented)).toBe(onDocumented);
    expect(statusWord({ ...ready, ...axes }, observed)).toBe(onObserved);
  });
});
