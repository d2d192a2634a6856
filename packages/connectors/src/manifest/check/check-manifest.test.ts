import { expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { ListedStreams } from '../dynamic-streams/list-streams.ts';
import type { ManifestStream } from '../model/stream.ts';
import { checkManifest } from './check-manifest.ts';

const read: string[] = [];

/** Would read forever when nobody stopped it after its first record. */
const endless = (name: string): ManifestStream => ({
  name,
  primaryKey: [],
  schema: () => Promise.resolve({}),
  begin: () => {
    throw new Error('a check reads and takes no state');
  },
  async *read() {
    for (let page = 0; ; page += 1) {
      read.push(name);
      if (page > 3) throw new Error('read on after the first record');
      yield await Promise.resolve({ type: 'records' as const, records: page === 0 ? [] : [{ id: page }] });
    }
  },
});

const listed: ListedStreams = {
  streams: ['users', 'dynamic_1', 'dynamic_2'].map(endless),
  broken: [{ name: 'reports', error: new ConnectorError('configuration', 'reports needs a port') }],
  dynamic: new Map([['dynamic', ['dynamic_1', 'dynamic_2']]]),
};

const check = async (
  definition: Readonly<Record<string, string | number | boolean | readonly (string | object)[]>>,
) => {
  read.length = 0;
  const { account } = await checkManifest({ type: 'CheckStream', ...definition } as never, listed);
  return { account, read: [...new Set(read)] };
};

test('reads the first record of each stream that is named', async () => {
  expect(await check({ stream_names: ['users'] })).toEqual({ account: 'users', read: ['users'] });
});

test('takes of the streams of a dynamic one as many as are asked for', async () => {
  const some = [{ dynamic_stream_name: 'dynamic', stream_count: 1 }];
  expect((await check({ dynamic_streams_check_configs: some })).read).toEqual(['dynamic_1']);
  const all = [{ dynamic_stream_name: 'dynamic' }];
  expect((await check({ stream_names: ['users'], dynamic_streams_check_configs: all })).read).toHaveLength(3);
  await expect(check({ dynamic_streams_check_configs: [{ dynamic_stream_name: 'other' }] })).rejects.toThrow('other');
});

test('takes the first streams for a source whose streams are dynamic, and asks none where the manifest says so', async () => {
  expect((await check({ type: 'CheckDynamicStream', stream_count: 2 })).read).toEqual(['users', 'dynamic_1']);
  const silent = { type: 'CheckDynamicStream', stream_count: 2, use_check_availability: false };
  expect((await check(silent)).read).toEqual([]);
});

test('tells of a stream that is not there, cannot be built, or is not named at all', async () => {
  await expect(check({ stream_names: ['nobody'] })).rejects.toThrow('there are only: users, dynamic_1, dynamic_2');
  await expect(check({ stream_names: ['reports'] })).rejects.toThrow('reports needs a port');
  await expect(check({})).rejects.toThrow('names no stream');
});
