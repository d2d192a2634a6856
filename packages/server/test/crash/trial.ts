import Database from 'better-sqlite3';
import { collectionPath } from '../../src/collection-store/sqlite/files.ts';
import { checkCollectionFile } from './check-collection-file.ts';
import { checkControl } from './check-control.ts';
import { checkRecords } from './check-records.ts';
import { checkSearch } from './check-search.ts';
import { CollectionWatch } from './collection-watch.ts';
import type { CrashFolder, Hit } from './crash-folder.ts';
import type { Mutation } from './mutations.ts';
import { Nemesis } from './nemesis.ts';
import type { Oracle } from './oracle.ts';
import type { ProcessWatch } from './process-watch.ts';
import type { Stack } from './stack.ts';
import { STOP_FOR_MS } from './stack.ts';
import { planTrial } from './trial-plan.ts';
import { TrialSubject, type EndedSync, type SubjectSource } from './trial-subject.ts';
import { Verdict } from './verdict.ts';

export interface TrialOptions {
  readonly seed: number;
  readonly oracle: Oracle;
  /** Alive and idle. */
  readonly stack: Stack;
  readonly folder: CrashFolder;
  readonly processes: ProcessWatch;
  /** Of the workers' build. */
  readonly mutation: Mutation | undefined;
}

export interface TrialResult {
  readonly seed: number;
  readonly verdict: Verdict;
  /** Failpoints that did something. */
  readonly hits: readonly Hit[];
  readonly strikes: number;
  readonly jobs: number;
  readonly ms: number;
}

/** How long the last syncs may take to begin, and to end, when nothing troubles them any more. */
const QUIET_WITHIN_MS = 120_000;

/** One trial: collections of its own, the plan of its seed, quiet, one more sync, and the comparison. Does not throw. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const started = performance.now();
  const trial = new Trial(options);
  const verdict = new Verdict();
  try {
    await trial.play(verdict);
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    verdict.broken.push(`the trial broke off: ${words}`);
  } finally {
    trial.end();
  }
  const ms = performance.now() - started;
  return { seed: options.seed, verdict, ...trial.counts, ms };
}

class Trial {
  readonly #options: TrialOptions;
  readonly #folder: CrashFolder;
  readonly #processes: ProcessWatch;
  #watches: readonly CollectionWatch[] = [];
  #strikes = 0;
  #jobs = 0;

  constructor(options: TrialOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#processes = options.processes;
  }

  get counts() {
    return { hits: [...this.#processes.hits], strikes: this.#strikes, jobs: this.#jobs };
  }

  async play(verdict: Verdict): Promise<void> {
    const { seed, oracle, stack, mutation } = this.#options;
    const plan = planTrial(seed, mutation);
    const folder = this.#folder;
    folder.begin(seed, plan.lives);
    const subject = await TrialSubject.create(stack, oracle, plan);
    this.#watches = subject.collections.map(({ id }) => new CollectionWatch(collectionPath(folder.dataDir, id)));
    this.#processes.rearm();
    const watch = this.#watches.at(-1)!;
    const nemesis = new Nemesis({ plan, folder, subject, processes: this.#processes, watch, stopForMs: STOP_FOR_MS });
    await nemesis.rounds();
    if (plan.breakOff !== undefined) await nemesis.breakOff(plan.breakOff);
    if (plan.lateWriterAfter !== undefined) await nemesis.lateWriter(plan.lateWriterAfter);
    this.#strikes = nemesis.strikes;
    await this.#becomeQuiet(subject, verdict);
    if (verdict.isGreen) await this.#compare(subject, verdict);
    this.#processes.look();
  }

  /** No more changes and faults; then one more sync of everything has to succeed. */
  async #becomeQuiet(subject: TrialSubject, verdict: Verdict): Promise<void> {
    this.#folder.quiet();
    for (const { source } of subject.sources) await subject.oracle.command(source, { type: 'quiet' });
    await this.#processes.allGoOn();
    this.#folder.write({ type: 'done', what: 'quiet' });
    if (!(await subject.idle(QUIET_WITHIN_MS))) verdict.broken.push('a job is left over, or a source connection due');
    this.#folder.write({ type: 'done', what: 'idle' });
    for (const one of subject.sources) {
      const { state, failed } = await this.#lastSync(subject, one, false);
      // Workers that died three times with a record in hand have it left out; a full sync gives it another chance.
      const last = state === 'completed' && failed > 0 ? await this.#lastSync(subject, one, true) : { state, failed };
      if (last.state !== 'completed') verdict.broken.push(`the last sync of ${one.source} is ${last.state}`);
      if (last.failed > 0) verdict.broken.push(`the last sync of ${one.source} could not take ${last.failed} records`);
    }
  }

  async #lastSync(subject: TrialSubject, one: SubjectSource, fullRefresh: boolean): Promise<EndedSync> {
    const jobId = await subject.run(one, fullRefresh);
    return jobId ? subject.ended(jobId, QUIET_WITHIN_MS) : { state: 'refused: another one is live', failed: 0 };
  }

  async #compare(subject: TrialSubject, verdict: Verdict): Promise<void> {
    const { control } = subject.stack;
    this.#folder.write({ type: 'done', what: 'the last syncs' });
    for (const watch of this.#watches) {
      watch.look();
      verdict.broken.push(...watch.broken);
    }
    for (const one of subject.sources) {
      const truth = await subject.oracle.truth(one.source);
      const file = this.#openFile(one.collection.id);
      try {
        checkRecords(file, { ...one, truth }, verdict);
        this.#jobs += await checkControl(control, file, one, verdict);
      } finally {
        file.close();
      }
      await checkSearch(subject.stack, one, truth, verdict);
    }
    for (const { id } of subject.collections) {
      const file = this.#openFile(id);
      checkCollectionFile(file, verdict);
      file.close();
    }
    this.#folder.write({ type: 'done', what: 'the comparison' });
  }

  #openFile(collectionId: string): Database.Database {
    return new Database(collectionPath(this.#folder.dataDir, collectionId as never), { fileMustExist: true });
  }

  end(): void {
    for (const watch of this.#watches) watch.end();
  }
}
