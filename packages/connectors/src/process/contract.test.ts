import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { describeConnector } from '../kit/connector-contract.ts';
import { testingExecutable } from './testing-executable.ts';

const folder = await mkdtemp(join(tmpdir(), 'executables-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const http = { none: 'the executable asks by itself' };
const prepare = () => ({ config: { count: 7 }, credentials: { token: 'canary-77c1d0' } });

describe('with a state for each stream', async () => {
  describeConnector(await testingExecutable('good', {}, { folder }), { http, prepare });
});

describe('with one state for all streams', async () => {
  const connector = await testingExecutable('global', { state: 'global' }, { folder });
  describeConnector(connector, { http, prepare });
});
