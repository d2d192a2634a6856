import { expect, test } from 'vitest';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { byDay, CANARY, errorOf, json, requester, trial } from './testing-bad-input.ts';
import type { Answer } from './testing-bad-input.ts';

const path = (...field_path: string[]): JsonObject => ({ type: 'DpathExtractor', field_path });

/** A stream of one job at the source, with changes of its retriever. */
const jobs = (more: JsonObject = {}): JsonObject => ({
  incremental_sync: byDay(),
  retriever: {
    type: 'AsyncRetriever',
    status_mapping: {
      type: 'AsyncJobStatusMap',
      running: ['on'],
      completed: ['done'],
      failed: ['lost'],
      timeout: ['late'],
      skipped: ['none'],
    },
    status_extractor: path('status'),
    download_target_extractor: path('url'),
    record_selector: { type: 'RecordSelector', extractor: path() },
    creation_requester: requester('/bad/jobs', { http_method: 'POST' }),
    polling_requester: requester("/bad/jobs/{{ creation_response['id'] }}"),
    download_requester: requester('{{ download_target }}'),
    abort_requester: requester('/bad/abort', { http_method: 'POST' }),
    polling_job_timeout: 1,
    ...more,
  },
});

/** What the source answers about a job; a text goes out as it is. */
interface Job {
  readonly created?: unknown;
  readonly polled?: unknown;
  readonly file?: unknown;
  readonly status?: Readonly<Record<'created' | 'polled' | 'file', number>>;
  readonly raw?: (response: Answer) => void;
}

const answering =
  ({
    created = { id: 7 },
    polled = { status: 'done', url: '/bad/file' },
    file = [{ id: 3, at: '2024-01-05' }],
    status,
    raw,
  }: Job): RequestListener =>
  ({ url = '' }, response) => {
    if (url === '/bad/jobs') return json(response, created, status?.created);
    if (url.startsWith('/bad/jobs')) return json(response, polled, status?.polled);
    if (url === '/bad/file') return raw ? raw(response) : json(response, file, status?.file);
    return json(response, {});
  };

const HTML = `<html>Log in with ${CANARY}</html>`;
const codes = { created: 200, polled: 200, file: 200 };

type Row = readonly [title: string, job: Job, reason: ConnectorErrorReason, says: RegExp];

async function expectRefusal(bad: JsonObject, job: Job, reason: ConnectorErrorReason, says: RegExp): Promise<void> {
  const state = { at: '2024-01-05' };
  const { outcomes, logs } = await trial(bad, { answer: answering(job), state });
  const outcome = outcomes.get('bad');
  const error = errorOf(outcome?.error);
  expect(error.reason).toBe(reason);
  expect(error.message).toMatch(/^(?:Stream|The stream) "bad"/);
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain(CANARY);
  expect(logs.join('\n')).not.toContain(CANARY);
  for (const told of outcome?.states ?? []) expect(told).toEqual(state);
  for (const name of ['first', 'last']) expect(outcomes.get(name)).toMatchObject({ records: [{ id: 1 }, { id: 2 }] });
}

test.each<Row>([
  ['creation answers HTML', { created: HTML }, 'invalid_answer', /creation/],
  ['creation answers nothing', { created: '' }, 'invalid_answer', /creation/],
  ['creation answers without the id', { created: {} }, 'invalid_answer', /creation/],
  ['creation answers null for the id', { created: { id: null } }, 'invalid_answer', /creation/],
  ['creation is refused', { status: { ...codes, created: 400 } }, 'invalid_answer', /400/],
  ['creation is forbidden', { status: { ...codes, created: 403 } }, 'credential', /403/],
  ['the status is HTML', { polled: HTML }, 'invalid_answer', /JsonDecoder/],
  ['the status is missing', { polled: {} }, 'invalid_answer', /"status_extractor"/],
  ['the status is null', { polled: { status: null } }, 'invalid_answer', /"status_extractor"/],
  ['the status is an object', { polled: { status: { is: 'done' } } }, 'configuration', /"status_mapping"/],
  ['the status is unknown', { polled: { status: 'asleep' } }, 'configuration', /"asleep".*"status_mapping"/],
  ['the status disappears', { status: { ...codes, polled: 404 } }, 'invalid_answer', /404/],
  ['the job never ends', { polled: { status: 'on' } }, 'unavailable', /3 times.*1 minutes.*"polling_job_timeout"/],
  ['the job fails', { polled: { status: 'lost' } }, 'invalid_answer', /3 times.*it failed/],
  ['the job times out', { polled: { status: 'late' } }, 'unavailable', /3 times.*timeout/],
  ['the target is missing', { polled: { status: 'done' } }, 'invalid_answer', /"download_target_extractor"/],
  [
    'the target is an object',
    { polled: { status: 'done', url: { a: 1 } } },
    'invalid_answer',
    /"download_target_extractor"/,
  ],
  ['the target is true', { polled: { status: 'done', url: true } }, 'invalid_answer', /"download_target_extractor"/],
  ['the file is gone', { status: { ...codes, file: 410 } }, 'invalid_answer', /410/],
  ['the file is HTML', { file: HTML }, 'invalid_answer', /JsonDecoder/],
  ['the file is cut off', { file: '[{"id":1,"at":"2024-01-05"},{"i' }, 'invalid_answer', /cut off/],
])('%s: the stream says why and of what, and its state stays', async (_title, job, reason, says) => {
  await expectRefusal(jobs(), job, reason, says);
});

test('a packed file that is cut off is told of, and the state stays', async () => {
  const packed = gzipSync('{"id":1,"at":"2024-01-05"}\n'.repeat(50)).subarray(0, 40);
  const job: Job = { raw: (response) => void response.writeHead(200).end(packed) };
  const download_decoder = { type: 'GzipDecoder', decoder: { type: 'JsonlDecoder' } };
  await expectRefusal(jobs({ download_decoder }), job, 'invalid_answer', /GzipDecoder/);
});

test('a download that ends before its length is told of, and the state stays', async () => {
  const job: Job = {
    raw(response) {
      response.writeHead(200, { 'content-length': '100', 'content-type': 'text/csv' });
      response.write('id,at\n1,2024-01-05\n', () => response.destroy());
    },
  };
  const download_extractor = { type: 'ResponseToFileExtractor' };
  await expectRefusal(jobs({ download_extractor }), job, 'unavailable', /bad\/file broke off/);
});

test.each([[null], [''], [[]]])('a target %j says that there is nothing to download', async (url) => {
  const { outcomes, asked } = await trial(jobs(), { answer: answering({ polled: { status: 'done', url } }) });
  expect(outcomes.get('bad')).toMatchObject({ records: [], error: undefined });
  expect(asked).not.toContain('/bad/file');
});

test.each([
  "{{ creation_response['id'] or creation_response['name'] }}",
  "{{ creation_response.get('id', creation_response.name) }}",
])('a job is followed by what its creation does tell: %s', async (template) => {
  const polling_requester = requester(`/bad/jobs/${template}`);
  const { outcomes, asked } = await trial(jobs({ polling_requester }), {
    answer: answering({ created: { name: 'n' } }),
  });
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
  expect(asked).toContain('/bad/jobs/n');
});

test('a job that never ends is given up after a bounded time', async () => {
  const { waited, asked } = await trial(jobs(), { answer: answering({ polled: { status: 'on' } }) });
  expect(waited).toBeLessThan(4 * 60_000);
  expect(asked.filter((url) => url === '/bad/abort')).toHaveLength(3);
});

test('of several jobs the one that fails keeps its state, and the others are downloaded', async () => {
  const parts = {
    partition_router: { type: 'ListPartitionRouter', values: ['a', 'b', 'c'], cursor_field: 'p' },
    creation_requester: requester("/bad/jobs/{{ stream_partition['p'] }}/new", { http_method: 'POST' }),
  };
  const { outcomes } = await trial(jobs(parts), {
    state: { use_global_cursor: false, states: [{ partition: { p: 'b' }, cursor: { at: '2024-01-04' } }] },
    answer({ url = '' }, response) {
      const [, , , name = ''] = url.split('/');
      if (url.endsWith('/new')) json(response, { id: name });
      else if (url.startsWith('/bad/jobs'))
        json(response, { status: name === 'b' ? 'lost' : 'done', url: `/bad/file/${name}` });
      else json(response, [{ id: name, at: '2024-01-09' }]);
    },
  });
  const { records = [], states = [], error } = outcomes.get('bad') ?? {};
  expect(records.map(({ id }) => id as string).toSorted()).toEqual(['a', 'c']);
  expect(errorOf(error).message).toMatch(/"bad".*3 times.*\(slice \{"p":"b"/);
  const last = states.at(-1)?.['states'] as readonly { readonly partition: JsonObject; readonly cursor: JsonObject }[];
  expect(Object.fromEntries(last.map(({ partition, cursor }) => [partition['p'], cursor['at']]))).toEqual({
    a: '2024-01-09',
    b: '2024-01-04',
    c: '2024-01-09',
  });
});
