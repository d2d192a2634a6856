import { statusOf } from '@tributary/server/http/problem';
import { catalogue, type ErrorKind } from '@tributary/server/errors';
import { kindOfStatus, TributaryError } from '@tributary/sdk/tributary-error';
import { expect, test } from 'vitest';
import { CliError, verdictOf } from './exit-codes.ts';

const serverKinds = [...new Set(Object.values(catalogue).map((row): ErrorKind => row.kind))];

test.each(serverKinds)('the service’s %s comes through the status to an exit code of its own kind', (kind) => {
  const arrived = kindOfStatus(statusOf(kind));
  // HTTP has one status for a request that cannot be read and one that the rules forbid.
  expect(arrived).toBe(kind === 'malformed' ? 'rejected' : kind);
  const verdict = verdictOf(new TributaryError({ kind: arrived, status: statusOf(kind), code: 'x', message: 'm' }));
  expect(verdict.exitCode).toBeGreaterThan(0);
});

test('a failed sync, a wrong command line and a surprise have codes of their own', () => {
  expect(verdictOf(new CliError('sync_failed', 'm')).exitCode).toBe(11);
  expect(verdictOf(new CliError('usage', 'm')).exitCode).toBe(2);
  expect(verdictOf(new Error('boom'))).toMatchObject({ exitCode: 1, message: 'boom' });
});
