import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../kit/connector-error.ts';
import { handClock } from '../../../testing/connector-probe.ts';
import type { ManifestResponse } from '../../model/request.ts';
import { createJobTracker } from './job-tracker.ts';
import type { JobStatus } from './job-status.ts';
import { runJob } from './run-job.ts';
import type { JobRequests, JobRules } from './run-job.ts';

const answer = (name: string): ManifestResponse => ({
  status: 200,
  headers: {},
  url: `http://source.test/${name}`,
  text: () => '',
  bytes: () => new Uint8Array(),
  json: () => null,
  async *stream() {},
});

/** A source whose jobs show the given statuses, one list for each job that is created. */
function source(...jobs: (readonly JobStatus[] | Error)[]): JobRequests & { readonly calls: string[] } {
  const calls: string[] = [];
  let created = 0;
  const polls = new Map<string, number>();
  return {
    calls,
    create: () => {
      const job = jobs[created];
      created += 1;
      calls.push(`create ${created}`);
      return job instanceof Error ? Promise.reject(job) : Promise.resolve(answer(String(created)));
    },
    poll: (creation) => {
      const index = Number(creation.url.split('/').at(-1)) - 1;
      const polled = polls.get(creation.url) ?? 0;
      polls.set(creation.url, polled + 1);
      calls.push(`poll ${index + 1}`);
      const statuses = jobs[index] as readonly JobStatus[];
      return Promise.resolve({ status: statuses[polled] ?? statuses.at(-1) ?? 'running', response: answer('polled') });
    },
    abort: (creation) => {
      calls.push(`abort ${creation.url.split('/').at(-1)}`);
      return Promise.resolve();
    },
  };
}

function rules(changed: Partial<JobRules> = {}): JobRules & { readonly slept: number[] } {
  const slept: number[] = [];
  const clock = handClock();
  return {
    tracker: createJobTracker(1),
    clock: { now: clock.now, sleep: (ms, signal) => (slept.push(ms), clock.sleep(ms, signal)) },
    signal: new AbortController().signal,
    timeoutMs: 60 * 60_000,
    failedWaitMs: 0,
    stream: 'reports',
    slept,
    ...changed,
  };
}

describe('runJob', () => {
  test('asks every five seconds until the job is done', async () => {
    const requests = source(['running', 'running', 'completed']);
    const followed = rules();
    const done = await runJob(requests, followed);
    expect(done?.creation.url).toBe('http://source.test/1');
    expect(done?.polling.url).toBe('http://source.test/polled');
    expect(requests.calls).toEqual(['create 1', 'poll 1', 'poll 1', 'poll 1']);
    expect(followed.slept).toEqual([5000, 5000]);
  });

  test('starts a failed job anew, twice, after the wait that is asked for and in pieces of thirty seconds', async () => {
    const requests = source(['failed'], ['running', 'failed'], ['completed']);
    const followed = rules({ failedWaitMs: 70_000 });
    expect(await runJob(requests, followed)).toBeDefined();
    expect(followed.slept).toEqual([30_000, 30_000, 10_000, 5000, 30_000, 30_000, 10_000]);
    expect(requests.calls.filter((call) => call.startsWith('abort'))).toEqual([]);
  });

  test('gives up after three attempts, and says for which stream and why', async () => {
    const requests = source(['failed'], ['failed'], ['failed'], ['completed']);
    await expect(runJob(requests, rules())).rejects.toMatchObject({
      reason: 'invalid_answer',
      message: expect.stringMatching(/"reports".*3 times.*reported that it failed/) as string,
    });
    expect(requests.calls.filter((call) => call.startsWith('create'))).toHaveLength(3);
  });

  test('aborts a job that runs too long, and starts another at once', async () => {
    const requests = source(['running'], ['completed']);
    const followed = rules({ timeoutMs: 12_000, failedWaitMs: 3_600_000 });
    expect((await runJob(requests, followed))?.creation.url).toBe('http://source.test/2');
    expect(requests.calls.filter((call) => !call.startsWith('poll'))).toEqual(['create 1', 'abort 1', 'create 2']);
    expect(followed.slept).toEqual([5000, 5000, 5000, 5000]);
  });

  test('treats the timeout that a source tells as one of ours', async () => {
    const requests = source(['timeout'], ['timeout'], ['timeout']);
    await expect(runJob(requests, rules())).rejects.toMatchObject({ reason: 'unavailable' });
    expect(requests.calls.filter((call) => call.startsWith('abort'))).toEqual(['abort 1', 'abort 2', 'abort 3']);
  });

  test('has nothing of a skipped job, and does not ask for it again', async () => {
    const requests = source(['running', 'skipped']);
    expect(await runJob(requests, rules())).toBeUndefined();
    expect(requests.calls).toEqual(['create 1', 'poll 1', 'poll 1']);
  });

  test('tries creation again when the source was not there, and not when the settings are wrong', async () => {
    const down = new ConnectorError('unavailable', 'down');
    expect(await runJob(source(down, ['completed']), rules())).toBeDefined();
    const wrong = source(new ConnectorError('configuration', 'wrong'), ['completed']);
    await expect(runJob(wrong, rules())).rejects.toThrow('wrong');
    expect(wrong.calls).toEqual(['create 1']);
    await expect(runJob(source(down, down, down), rules())).rejects.toThrow('down');
  });

  test('aborts a job that it can follow no more', async () => {
    const requests = source(['running']);
    const broken: JobRequests = { ...requests, poll: () => Promise.reject(new ConnectorError('credential', 'no')) };
    await expect(runJob(broken, rules())).rejects.toThrow('no');
    expect(requests.calls).toEqual(['create 1', 'abort 1']);
  });

  test('gives its place to others during the wait between attempts, and when it has failed', async () => {
    const tracker = createJobTracker(1);
    const signal = new AbortController().signal;
    let others = 0;
    const clock = handClock();
    const between = {
      ...clock,
      async sleep(ms: number) {
        await clock.sleep(ms);
        const release = await tracker.acquire(signal);
        others += 1;
        release();
      },
    };
    const requests = source(['failed'], ['failed'], ['failed']);
    await expect(runJob(requests, { ...rules(), tracker, clock: between })).rejects.toThrow('3 times');
    expect(others).toBe(2);
    await expect(tracker.acquire(signal)).resolves.toBeTypeOf('function');
  });
});
