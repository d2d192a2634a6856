import { describe, expect, it } from 'vitest';
import { judge, type Answer, type Situation } from './judgement.ts';

const worker = (id: string, lost = false) => ({ id, name: `worker ${id}`, lost });
const open: Answer = { state: 'open', message: null };
const failed = (message: string): Answer => ({ state: 'failed', message });

function situation(given: Partial<Situation> & { readonly said?: Readonly<Record<string, Answer>> }): Situation {
  const { said = {}, ...rest } = given;
  const nothing = { environmentName: 'Edge', removed: false, workers: [], expected: false, over: false };
  return { ...nothing, answers: new Map(Object.entries(said)), ...rest };
}

describe('how a deployment went in an environment', () => {
  it('is not known while a live worker is silent, or the first one is about to come up', () => {
    expect(judge(situation({ workers: [worker('1'), worker('2')], said: { 1: open } }))).toBeUndefined();
    expect(judge(situation({ expected: true }))).toBeUndefined();
  });

  it.each<[string, Parameters<typeof situation>[0], boolean, string]>([
    ['all hold it', { workers: [worker('1')], said: { 1: open } }, true, 'Deployment successful'],
    [
      'it is switched off everywhere',
      { workers: [worker('1')], said: { 1: { state: 'disabled', message: 'it is switched off' } } },
      true,
      'Deployment successful',
    ],
    [
      'all have let go',
      { removed: true, workers: [worker('1')], said: { 1: { state: 'removed', message: null } } },
      true,
      'Undeployment successful',
    ],
    ['nobody is there to let go', { removed: true, expected: true }, true, 'Undeployment successful'],
    [
      'one was lost after it had answered',
      { workers: [worker('1', true)], said: { 1: open } },
      true,
      'Deployment successful',
    ],
    ['the only one failed', { workers: [worker('1')], said: { 1: failed('No.') } }, false, 'Deployment failed: No.'],
    [
      'some failed alike',
      { workers: [worker('1'), worker('2'), worker('3')], said: { 1: failed('no'), 2: open, 3: failed('no') } },
      false,
      'Deployment failed on 2 of 3 workers (worker 1, worker 3): no.',
    ],
    [
      'one is silent and time is up',
      { workers: [worker('1'), worker('2')], said: { 1: open }, over: true },
      false,
      'No answer in time from worker 2: unreachable; what it missed is caught up when it answers again.',
    ],
    [
      'one was lost',
      { workers: [worker('1'), worker('2', true)], said: { 1: open } },
      false,
      'Unreachable since it ended before it answered: worker 2; its successor catches up.',
    ],
    [
      'many are silent',
      { workers: ['1', '2', '3', '4', '5', '6', '7'].map((id) => worker(id)), over: true },
      false,
      'No answer in time from worker 1, worker 2, worker 3, worker 4, worker 5 and 2 more: unreachable; what it missed is caught up when it answers again.',
    ],
  ])('is told when %s', (_, given, success, message) => {
    expect(judge(situation(given))).toEqual({ environmentName: 'Edge', success, message });
  });

  it('says how to start a worker where none is', () => {
    const message = judge(situation({ over: true }))?.message;
    expect(message).toMatch(/^No worker of the environment 'Edge' is running\. .*TRIBUTARY_ENVIRONMENT=Edge/);
  });
});
