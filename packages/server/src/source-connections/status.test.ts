import { describe, expect, it } from 'vitest';
import type { SyncJob } from '../syncs/model.ts';
import { asId, type JobId, type OrganizationId, type SourceConnectionId, type SyncId } from '../lib/ids.ts';
import { statusOf, tasksOf, type StatusFacts } from './status.ts';

const healthy: StatusFacts = {
  id: 'sc-1',
  authMethod: 'direct',
  authenticatedAt: 1_000,
  enabled: true,
  pausedBy: null,
  refusedReason: null,
  cron: '0 * * * *',
  continuous: false,
  lastJob: null,
  lastEnded: null,
  diskNearlyFull: false,
  sweepsHeld: [],
  schemaHeld: [],
};

function job(change: Partial<SyncJob>): SyncJob {
  return {
    id: asId<JobId>('job'),
    organizationId: asId<OrganizationId>('org'),
    sourceConnectionId: asId<SourceConnectionId>('sc-1'),
    syncId: asId<SyncId>('sync'),
    state: 'completed',
    trigger: 'manual',
    fullRefresh: false,
    attempts: 1,
    requestedAt: 2_000,
    startedAt: 2_100,
    completedAt: 3_000,
    counts: { inserted: 0, updated: 0, deleted: 0, kept: 0, failed: 0, chunks: 0 },
    error: null,
    ...change,
  };
}

/** A job that has ended is the newest and the newest ended one. */
const ended = (last: SyncJob) => ({ lastJob: last, lastEnded: last });

const refused = job({
  state: 'failed',
  error: { code: 'credential_refused', message: 'Wrong password.', category: 'api_key_invalid' },
});

describe('the status of a source connection', () => {
  it('tells setup, run, freshness and mode apart', () => {
    expect(statusOf(healthy)).toEqual({ setup: 'ready', run: 'idle', freshness: 'never', mode: 'scheduled' });
    expect(statusOf({ ...healthy, lastJob: job({ state: 'running' }) })).toMatchObject({
      run: 'running',
      freshness: 'never',
    });
    expect(statusOf({ ...healthy, ...ended(job({})) }).freshness).toBe('fresh');
    expect(statusOf({ ...healthy, continuous: true }).mode).toBe('continuous');
    expect(statusOf({ ...healthy, cron: null }).mode).toBe('manual');
    expect(statusOf({ ...healthy, pausedBy: 'user' }).mode).toBe('paused');
    expect(statusOf({ ...healthy, enabled: false }).mode).toBe('off');
    expect(statusOf({ ...healthy, authenticatedAt: null }).setup).toBe('pending_auth');
  });

  it('says how the last job left the data while the next one is going on', () => {
    const next = { lastJob: job({ state: 'running' }) };
    expect(statusOf({ ...healthy, ...next, lastEnded: job({}) })).toMatchObject({ run: 'running', freshness: 'fresh' });
    const broken = { ...healthy, ...next, lastEnded: job({ state: 'failed' }) };
    expect(statusOf(broken)).toMatchObject({ run: 'running', freshness: 'failed' });
    expect(tasksOf(broken)).toEqual([]);
  });

  it('asks for a new credential after a refusal, until one is given', () => {
    expect(statusOf({ ...healthy, lastJob: refused }).setup).toBe('needs_reauth');
    expect(statusOf({ ...healthy, lastJob: refused, authenticatedAt: 4_000 }).setup).toBe('ready');
  });

  it('names what a person has to do, and where', () => {
    expect(tasksOf(healthy)).toEqual([]);
    expect(tasksOf({ ...healthy, lastJob: refused, pausedBy: 'credential' })).toMatchObject([
      {
        code: 'renew_credential',
        message: expect.stringContaining('Wrong password.'),
        fix: { method: 'PATCH', path: '/v1/source-connections/sc-1' },
      },
    ]);
    expect(tasksOf({ ...healthy, sweepsHeld: [{ stream: 'users', unseen: 90, total: 100 }] })).toMatchObject([
      {
        code: 'confirm_sweep',
        message: expect.stringContaining('90 of 100'),
        fix: { method: 'POST', path: '/tributary/v1/source-connections/sc-1/sweep/confirm' },
      },
    ]);
    const broken = job({ state: 'failed', error: { code: 'configuration', message: 'No table x.', category: null } });
    expect(tasksOf({ ...healthy, ...ended(broken) })).toMatchObject([
      { code: 'fix_configuration', message: 'No table x.' },
    ]);
    const full = job({
      state: 'failed',
      error: { code: 'limit_reached', message: 'As many as it may.', category: null },
    });
    const usage = { method: 'GET', path: '/tributary/v1/organization/usage' };
    expect(tasksOf({ ...healthy, ...ended(full) })).toEqual([
      { code: 'make_room', message: 'As many as it may.', fix: usage },
    ]);
    const schemaHeld = [
      { stream: 'note', fields: [] },
      { stream: 'user', fields: ['a', 'b'] },
    ];
    const accept = { method: 'POST', path: `/tributary/v1/source-connections/${healthy.id}/schema/accept` };
    expect(tasksOf({ ...healthy, schemaHeld })).toMatchObject([
      { code: 'schema_change_held', message: expect.stringContaining('the stream note; a, b of user'), fix: accept },
    ]);
    expect(tasksOf({ ...healthy, diskNearlyFull: true })).toMatchObject([
      { code: 'free_disk', message: expect.stringContaining('nearly full'), fix: usage },
    ]);
  });
});
