import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HttpRig } from '../../kit/http-rig.ts';
import type { JsonObject } from '../../kit/json.ts';
import { handClock } from '../../testing/connector-probe.ts';
import { testingBuild } from '../dynamic-streams/testing-build.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { MutableRecord } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { Retriever } from '../model/stream.ts';
import { buildAsyncRetriever } from './build-async-retriever.ts';

const rig = { current: new HttpRig() };
beforeEach(() => (rig.current = new HttpRig()));
afterEach(() => rig.current.close());

/** A source of reports: each job shows the next of its statuses whenever it is asked. */
interface Reports {
  readonly origin: string;
  readonly calls: string[];
}

async function reports(
  statuses: (job: number) => readonly string[],
  files: Readonly<Record<string, string>> = { '/file': 'id,name\n1,Ada\n2,\n' },
): Promise<Reports> {
  const calls: string[] = [];
  const polled = new Map<number, number>();
  let jobs = 0;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? '';
    calls.push(`${request.method} ${url}`);
    const say = (body: unknown): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    if (url.startsWith('/jobs?') || url === '/jobs') {
      jobs += 1;
      response.setHeader('location', `/jobs/${jobs}`);
      say({ id: jobs });
    } else if (request.method === 'GET' && url.startsWith('/jobs/')) {
      const job = Number(url.split('/').at(-1));
      const at = polled.get(job) ?? 0;
      polled.set(job, at + 1);
      const all = statuses(job);
      say({
        id: job,
        state: { status: all[at] ?? all.at(-1) },
        files: Object.keys(files).filter((file) => !file.includes('?')),
      });
    } else if (url in files) {
      response.end(files[url]);
    } else say({});
  };
  const { origin } = await rig.current.serve(answer);
  return { origin, calls };
}

const requester = (origin: string, path: string, more: JsonObject = {}): JsonObject => ({
  type: 'HttpRequester',
  url: origin,
  path,
  ...more,
});

const definitionOf = (origin: string, more: JsonObject = {}): JsonObject & { readonly type: string } => ({
  type: 'AsyncRetriever',
  status_mapping: {
    type: 'AsyncJobStatusMap',
    running: ['RUNNING', 'QUEUED'],
    completed: ['DONE'],
    failed: ['FAILED'],
    timeout: ['TIMEOUT'],
    skipped: ['NO_DATA'],
  },
  status_extractor: { type: 'DpathExtractor', field_path: ['state', 'status'] },
  download_target_extractor: { type: 'DpathExtractor', field_path: ['files'] },
  download_extractor: { type: 'ResponseToFileExtractor' },
  record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  creation_requester: requester(origin, '/jobs', {
    http_method: 'POST',
    request_parameters: { account: "{{ stream_slice['account'] }}" },
  }),
  polling_requester: requester(origin, "/jobs/{{ creation_response['id'] }}"),
  download_requester: requester(origin, '{{ download_target }}'),
  abort_requester: requester(origin, "/abort/{{ creation_response['id'] }}", { http_method: 'POST' }),
  delete_requester: requester(origin, "{{ creation_response['headers']['Location'] }}", { http_method: 'DELETE' }),
  ...more,
});

function buildOf(given: Partial<Build> = {}): Build {
  const clock = handClock();
  const plain = testingBuild(given);
  return { ...plain, ctx: { ...plain.ctx, clock, http: rig.current.client({ clock }) } };
}

const STREAM: StreamContext = { name: 'reports', primaryKey: [], schema: () => Promise.resolve({}) };

const retrieverOf = (origin: string, more: JsonObject = {}, build = buildOf()): Retriever =>
  buildAsyncRetriever(definitionOf(origin, more), build, STREAM);

const slice = (account: string): StreamSlice => ({ ...EMPTY_SLICE, partition: { account } });

const read = async (retriever: Retriever, of = slice('a')): Promise<MutableRecord[]> =>
  (await Array.fromAsync(retriever.read(of, { providers: [] }))).flat();

describe('an asynchronous retriever', () => {
  test('downloads what a job made once it is done, and deletes the job', async () => {
    const { origin, calls } = await reports(() => ['QUEUED', 'RUNNING', 'DONE']);
    expect(await read(retrieverOf(origin))).toEqual([
      { id: '1', name: 'Ada' },
      { id: '2', name: null },
    ]);
    expect(calls).toEqual([
      'POST /jobs?account=a',
      'GET /jobs/1',
      'GET /jobs/1',
      'GET /jobs/1',
      'GET /file',
      'DELETE /jobs/1',
    ]);
  });

  test('starts a job anew that failed twice', async () => {
    const { origin, calls } = await reports((job) => (job < 3 ? ['FAILED'] : ['DONE']));
    expect(await read(retrieverOf(origin, { failed_retry_wait_time_in_seconds: 90 }))).toHaveLength(2);
    expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(3);
    expect(calls.at(-1)).toBe('DELETE /jobs/3');
  });

  test('aborts a job that takes longer than the manifest allows', async () => {
    const { origin, calls } = await reports((job) => (job === 1 ? ['RUNNING'] : ['DONE']));
    const build = buildOf({ config: { minutes: 2 } });
    expect(await read(retrieverOf(origin, { polling_job_timeout: "{{ config['minutes'] }}" }, build))).toHaveLength(2);
    expect(calls.filter((call) => call === 'GET /jobs/1')).toHaveLength(25);
    expect(calls.filter((call) => call.includes('abort'))).toEqual(['POST /abort/1']);
  });

  test('reads nothing of a job that the source skipped', async () => {
    const { origin, calls } = await reports(() => ['RUNNING', 'NO_DATA']);
    expect(await read(retrieverOf(origin))).toEqual([]);
    expect(calls.filter((call) => call.includes('file') || call.startsWith('DELETE'))).toEqual([]);
  });

  test('names a status that the manifest does not know, and stops the job', async () => {
    const { origin, calls } = await reports(() => ['SLEEPING']);
    await expect(read(retrieverOf(origin))).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringMatching(/"reports".*"SLEEPING".*"status_mapping"/) as string,
    });
    expect(calls.at(-1)).toBe('POST /abort/1');
  });

  test('downloads page by page, from every target, and refines records as the selector says', async () => {
    const { origin, calls } = await reports(() => ['DONE'], {
      '/one': '{"rows":[{"n":1},{"n":2}],"next":"p2"}',
      '/one?page=p2': '{"rows":[{"n":3}]}',
      '/two': '{"rows":[{"n":4}]}',
    });
    const retriever = retrieverOf(origin, {
      download_extractor: { type: 'DpathExtractor', field_path: ['rows'] },
      download_paginator: {
        type: 'DefaultPaginator',
        page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
        pagination_strategy: {
          type: 'CursorPagination',
          cursor_value: "{{ response.get('next') }}",
          stop_condition: "{{ not response.get('next') }}",
        },
      },
      record_selector: {
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: ['not', 'used'] },
        record_filter: { type: 'RecordFilter', condition: "{{ record['n'] != 2 }}" },
      },
    });
    expect(await read(retriever)).toEqual([{ n: 1 }, { n: 3 }, { n: 4 }]);
    expect(calls.filter((call) => call.includes('one') || call.includes('two'))).toEqual([
      'GET /one',
      'GET /one?page=p2',
      'GET /two',
    ]);
  });

  test('asks for targets when the last answer about the job does not have them, or downloads without any', async () => {
    const { origin, calls } = await reports(() => ['DONE'], {
      '/result/1': 'id\n1\n',
      '/targets/1': '{"urls":["/result/1"]}',
    });
    const asking = retrieverOf(origin, {
      download_target_requester: requester(origin, "/targets/{{ polling_response['id'] }}"),
      download_target_extractor: { type: 'DpathExtractor', field_path: ['urls'] },
    });
    expect(await read(asking)).toEqual([{ id: '1' }]);
    expect(calls).toContain('GET /targets/1');
    const { download_target_extractor: _, ...without } = definitionOf(origin, {
      download_requester: requester(origin, '/result/1'),
    });
    expect(await read(buildAsyncRetriever(without, buildOf(), STREAM))).toEqual([{ id: '1' }]);
    expect(() =>
      buildAsyncRetriever({ ...without, download_target_requester: requester(origin, '/') }, buildOf(), STREAM),
    ).toThrow('"download_target_extractor"');
  });

  test('runs jobs of several slices side by side, within the limit of the manifest and over all its streams', async () => {
    const running = { now: 0, most: 0 };
    const { origin } = await rig.current.serve((request, response) => {
      const url = request.url ?? '';
      response.setHeader('content-type', 'application/json');
      if (url.startsWith('/jobs?')) running.most = Math.max(running.most, (running.now += 1));
      if (url.startsWith('/jobs/')) running.now -= 1;
      response.end(url === '/file' ? 'id\n1\n' : '{"id":1,"state":{"status":"DONE"},"files":["/file"]}');
    });
    const build = buildOf({ manifest: { type: 'DeclarativeSource', max_concurrent_async_job_count: '{{ 2 }}' } });
    const [one, other] = [retrieverOf(origin, {}, build), retrieverOf(origin, {}, build)];
    expect(one.slicesAtOnce).toBe(2);
    const all = await Promise.all(
      ['a', 'b', 'c', 'd'].flatMap((name) => [read(one, slice(name)), read(other, slice(name))]),
    );
    expect(all.flat()).toHaveLength(8);
    expect(running.most).toBe(2);
  });

  test('deletes the job also when nobody wants the rest of its records', async () => {
    const { origin, calls } = await reports(() => ['DONE'], { '/file': `id\n${'1\n'.repeat(2000)}` });
    for await (const page of retrieverOf(origin).read(slice('a'), { providers: [] })) {
      expect(page.length).toBeLessThan(2000);
      break;
    }
    expect(calls.at(-1)).toBe('DELETE /jobs/1');
  });

  test('says which part is missing from the manifest', () => {
    const { polling_requester: _, ...without } = definitionOf('http://source.test');
    expect(() => buildAsyncRetriever(without, buildOf(), STREAM)).toThrow(/"reports" needs "polling_requester"/);
    expect(() => retrieverOf('http://source.test', { polling_job_timeout: 'soon' })).toThrow('"polling_job_timeout"');
  });
});
