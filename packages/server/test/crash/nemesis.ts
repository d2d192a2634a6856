import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from '../../src/jobs/owner.ts';
import type { CollectionWatch } from './collection-watch.ts';
import type { CrashFolder, FailpointSpec } from './crash-folder.ts';
import { signal, type ProcessWatch } from './process-watch.ts';
import type { PlannedRound, Strike, TrialPlan } from './trial-plan.ts';
import { until, type SubjectSource, type TrialSubject } from './trial-subject.ts';

export interface NemesisNeeds {
  readonly plan: TrialPlan;
  readonly folder: CrashFolder;
  readonly subject: TrialSubject;
  readonly processes: ProcessWatch;
  /** Of the collection of the last source. */
  readonly watch: CollectionWatch;
  readonly stopForMs: number;
}

const ROUND_MS = 2_000;
const SCRIPT_MS = 20_000;
const BREAK_OFF_MS = 5_000;

/** Does to the processes of a trial what its plan says. */
export class Nemesis {
  readonly #needs: NemesisNeeds;
  /** Strikes that were made; failpoints are in the journal. */
  strikes = 0;

  constructor(needs: NemesisNeeds) {
    this.#needs = needs;
  }

  async rounds(): Promise<void> {
    for (const round of this.#needs.plan.rounds) await this.#round(round);
  }

  async #round(round: PlannedRound): Promise<void> {
    const { subject } = this.#needs;
    for (const { source } of subject.sources) {
      await subject.oracle.command(source, { type: 'operate', count: round.operations });
      if (round.drop) await subject.oracle.command(source, { type: 'drop' });
      if (round.shrink) await subject.oracle.command(source, { type: 'shrink' });
    }
    const syncs = async (): Promise<boolean> => {
      await Promise.all(subject.sources.map((source) => subject.run(source, round.fullRefresh)));
      return subject.idle(ROUND_MS);
    };
    const [idle] = await Promise.all([syncs(), ...round.strikes.map((strike) => this.#strike(strike))]);
    this.#note(`a round, ${idle ? 'idle' : 'at work'}`);
  }

  async #strike({ atMs, type, worker }: Strike): Promise<void> {
    const { subject, processes } = this.#needs;
    await sleep(atMs);
    this.strikes += 1;
    this.#note(`${type} (${worker})`);
    const one = processes.processOf(worker);
    if (type === 'kill service' || type === 'kill service and workers')
      await subject.stack.killService(type.slice(5) as 'service');
    else if (type === 'cancel') await Promise.all(subject.sources.map((source) => subject.cancel(source)));
    else if (one === undefined) return;
    else if (type === 'stop') processes.stop(one);
    else signal(one, type === 'kill' ? 'SIGKILL' : 'SIGTERM');
  }

  /** Lets a worker die inside a page of the last source, whose every page counts. */
  async breakOff(spec: FailpointSpec): Promise<void> {
    const { subject, processes, folder } = this.#needs;
    const source = subject.sources.at(-1)!;
    await subject.idle(SCRIPT_MS);
    for (const worker of ['home', 'away'] as const) folder.armNow(worker, [spec]);
    processes.rearm();
    await subject.oracle.command(source.source, { type: 'rewrite' });
    await sleep(100);
    const before = processes.hits.length;
    await subject.run(source);
    // Peace ends every fault: it must not come before the worker has got there.
    const isOff = (): boolean => {
      processes.look();
      return processes.hits.slice(before).some((hit) => spec.startsWith(`${hit.failpoint}:`));
    };
    const off = await until(BREAK_OFF_MS, isOff);
    this.#note(`${off ? 'broke' : 'did not break'} off at ${spec}`);
  }

  /**
   * The worst that a fence is for: a worker stops between reading a page and writing it, another one takes over and brings
   * what is newer, and while a later job is at work the first goes on.
   */
  async lateWriter(after: number): Promise<void> {
    const { subject, processes, watch, stopForMs } = this.#needs;
    const subjectSource = subject.sources.at(-1)!;
    const { source, id } = subjectSource;
    await subject.idle(SCRIPT_MS);
    const late = await this.#stopWriter(subjectSource, after);
    if (!late) return this.#note('no worker stopped for the late writer');
    const since = Date.now();
    const { fence } = watch.runOf(id);
    await subject.oracle.command(source, { type: 'rewrite' });
    await until(SCRIPT_MS, () => watch.runOf(id).fence > fence);
    await subject.idle(SCRIPT_MS);
    await sleep(Math.max(0, since + stopForMs - Date.now()));
    await subject.oracle.command(source, { type: 'hold' });
    await subject.run(subjectSource);
    const atWork = async (): Promise<boolean> => (await subject.oracle.parked(source)) > 0 && watch.runOf(id).open;
    const opposed = await until(SCRIPT_MS, atWork);
    signal(late, 'SIGCONT');
    this.strikes += 1;
    this.#note(`the late writer goes on, ${opposed ? 'against' : 'without'} another one at work`);
    await sleep(300);
    watch.look();
    await subject.oracle.command(source, { type: 'release' });
    processes.look();
  }

  /** Has syncs run until the worker `home` stops in front of a page; gives it. */
  async #stopWriter(source: SubjectSource, after: number): Promise<ProcessIdentity | undefined> {
    const { subject, processes, folder } = this.#needs;
    for (let tries = 0; tries < 4; tries += 1) {
      await processes.allGoOn();
      const late = processes.processOf('home');
      if (!late) return undefined;
      processes.leave(late);
      const before = processes.hits.length;
      folder.armNow('home', [`store.apply.before-begin:${after}:stop`]);
      folder.armNow('away', []);
      processes.rearm();
      await subject.oracle.command(source.source, { type: 'rewrite' });
      await sleep(100);
      await subject.run(source);
      const isStopped = (): boolean => {
        processes.look();
        return processes.hits.slice(before).some((hit) => hit.process.pid === late.pid && hit.action === 'stop');
      };
      if (await until(500, isStopped)) return late;
      // The other worker may have been faster.
      await subject.idle(3_000);
      if (isStopped()) return late;
    }
    return undefined;
  }

  #note(what: string): void {
    this.#needs.folder.write({ type: 'done', what });
  }
}
