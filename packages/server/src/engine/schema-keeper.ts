import type { BrokenStream } from '@tributary/connectors/kit/broken-stream';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { Failure } from './fault.ts';
import { judgeSchema } from './schema-judgement.ts';
import { heldIn } from './schema-memory.ts';
import type { HeldSchema, SchemaChange, SchemaMemory, StreamMemory } from './schema-memory.ts';
import { refusal, SchemaWatch } from './schema-watch.ts';
import { EVERYTHING, isSelected } from './selection.ts';
import type { Selection } from './selection.ts';
import type { StoreGate } from './store-gate.ts';
import { protectionOf, sameKey, shapeOf, StreamPolicy } from './stream-policy.ts';
import type { Anew } from './stream-policy.ts';

/** What a job has to say of the source's schema. */
export interface SchemaReport {
  /** Number of the memory that this one follows; 0 for the first. */
  readonly after: number;
  readonly memory: SchemaMemory;
  readonly changes: readonly SchemaChange[];
  readonly held: readonly HeldSchema[];
}

/** What of the source is let in, as the job found it. */
export interface Intake {
  readonly selection: Selection;
  /** `undefined` before the first job. */
  readonly memory: SchemaMemory | undefined;
  /** Rises with every change of the memory. */
  readonly revision: number;
  /** Base64; there when the selection has field rules. */
  readonly hashKey: Secret | undefined;
  /** Keeps a report; `false` when another memory came first, or it could not be kept. Does not throw. */
  readonly save: (report: SchemaReport) => Promise<boolean>;
}

/** Everything, and nobody remembers it. */
const ALL: Intake = {
  selection: EVERYTHING,
  memory: undefined,
  revision: 0,
  hashKey: undefined,
  save: () => Promise.resolve(true),
};

/** No pattern of names. */
const isName = (pattern: string): boolean => !pattern.includes('*');

/** Keeps, for one run, what is known of the source's schema: who is let in, how it is read, what has changed. */
export class SchemaKeeper {
  readonly #intake: Intake;
  readonly #watches = new Map<string, SchemaWatch>();
  readonly #anew = new Map<string, Anew>();
  readonly #memory = new Map<string, StreamMemory>();
  #changes: SchemaChange[] = [];
  #streams: readonly Stream[] = [];
  #isHidden: (name: string) => boolean = () => false;
  #revision: number;

  constructor(intake: Intake = ALL) {
    this.#intake = intake;
    this.#revision = intake.revision;
  }

  /**
   * The streams to read. Gives a failure instead when the selection says to stop at what is new.
   * @param broken what the source has beside `streams`; none of it counts as gone
   */
  admit(streams: readonly Stream[], broken: readonly BrokenStream[] = []): readonly Stream[] | Failure {
    const { selection, memory } = this.#intake;
    this.#isHidden = hiddenBehind(broken);
    const judged = judgeSchema(streams, selection, memory, this.#isHidden);
    for (const [name, one] of Object.entries(judged.memory)) this.#memory.set(name, one);
    this.#changes = [...judged.changes];
    this.#streams = streams;
    if (judged.refused.length > 0) return refusal(judged.refused);
    return streams.filter(({ name }) => isSelected(selection, name) && this.#memory.get(name)?.state === 'read');
  }

  /** Finds out what has to be read anew, and notes it before anything of it is stored. */
  async prepare(admitted: readonly Stream[], store: Pick<StoreGate, 'unseen'>): Promise<void> {
    const mixed: string[] = [];
    for (const stream of admitted) {
      const wanted = this.#shapeOf(stream);
      const why = whyAnew(this.#known(stream.name).settled, wanted);
      if (why === undefined || (await store.unseen(stream.name)).total === 0) {
        this.#update(stream.name, { settled: wanted });
        continue;
      }
      this.#anew.set(stream.name, why);
      if (why === 'rules') mixed.push(stream.name);
    }
    for (const name of mixed) this.#update(name, { settled: null });
    if (mixed.length > 0) await this.#noteMixed(mixed);
  }

  /** Throws `PolicyViolation` for rules that do not fit the stream any more. */
  policyOf(stream: Stream): StreamPolicy {
    const { selection, hashKey } = this.#intake;
    const known = this.#known(stream.name);
    const watches = this.#intake !== ALL && (known.open || Object.keys(known.heldFields).length > 0);
    const watch = watches ? this.#watch(stream.name, known) : undefined;
    return new StreamPolicy({
      shape: this.#shapeOf(stream),
      anew: this.#anew.get(stream.name),
      ...protectionOf(stream, selection, known, hashKey),
      watch,
      onSettled: () => this.#update(stream.name, { settled: this.#shapeOf(stream), learned: true }),
    });
  }

  /** Why a stream that the store holds was not read: the selection leaves it out, it waits, or it is gone. */
  absence(stream: string): 'excluded' | 'waiting' | 'gone' {
    if (!isSelected(this.#intake.selection, stream)) return 'excluded';
    const isThere = this.#isHidden(stream) || this.#streams.some(({ name }) => name === stream);
    return isThere ? 'waiting' : 'gone';
  }

  /**
   * What cannot be read although somebody counts on it: it was read before, or the selection names it.
   * @param stored the streams that the store holds
   */
  missed(broken: readonly BrokenStream[], stored: readonly string[]): readonly BrokenStream[] {
    const { selection } = this.#intake;
    const read = [...this.#memory].flatMap(([name, { state }]) => (state === 'read' ? [name] : []));
    const known = [...new Set([...stored, ...read, ...selection.include.filter(isName)])];
    const here = new Set(this.#streams.flatMap(({ name, feed }) => (feed ? [name, feed.name] : [name])));
    const counted = known.filter(
      (name) => !here.has(name) && isSelected(selection, name) && this.#memory.get(name)?.state !== 'held',
    );
    // Streams without a name may be any that is counted on.
    return broken.filter(({ name, nameless }) => (nameless ? counted.length > 0 : counted.includes(name)));
  }

  /** The entities of a stream that is gone were deleted, or their deletion is held back. */
  noteGone(stream: string, action: 'deleted' | 'held'): void {
    const isRemoval = (change: SchemaChange): boolean => change.kind === 'stream_removed' && change.stream === stream;
    this.#changes = this.#changes.map((change) => (isRemoval(change) ? { ...change, action } : change));
  }

  /** Hands over what there is to remember, if it is anything new. */
  async save(): Promise<void> {
    for (const [name, watch] of this.#watches) this.#learn(name, watch);
    const memory = Object.fromEntries(this.#memory);
    const isNew = this.#changes.length > 0 || JSON.stringify(memory) !== JSON.stringify(this.#intake.memory);
    if (this.#streams.length === 0 && this.#memory.size === 0) return;
    if (isNew || this.#revision !== this.#intake.revision) await this.#hand(memory, this.#changes);
  }

  /** Written before the first page: whoever goes on with this must know that not all has the new shape yet. */
  async #noteMixed(names: readonly string[]): Promise<void> {
    const { memory } = this.#intake;
    const noted = memory
      ? {
          ...memory,
          ...Object.fromEntries(names.map((name) => [name, { ...(memory[name] ?? this.#known(name)), settled: null }])),
        }
      : Object.fromEntries(this.#memory);
    await this.#hand(noted, []);
  }

  async #hand(memory: SchemaMemory, changes: readonly SchemaChange[]): Promise<void> {
    const report = { after: this.#revision, memory, changes, held: heldIn(memory) };
    if (await this.#intake.save(report)) this.#revision += 1;
  }

  #watch(name: string, known: StreamMemory): SchemaWatch {
    const watch = new SchemaWatch({
      stream: name,
      known: { ...known.fields, ...known.seen },
      held: known.heldFields,
      policy: this.#intake.selection.newFields,
      learning: !known.learned,
      open: known.open,
    });
    this.#watches.set(name, watch);
    return watch;
  }

  #learn(name: string, watch: SchemaWatch): void {
    const { fields } = this.#known(name);
    const all = Object.entries(watch.known);
    this.#update(name, {
      fields: Object.fromEntries(all.filter(([field]) => Object.hasOwn(fields, field))),
      seen: Object.fromEntries(all.filter(([field]) => !Object.hasOwn(fields, field))),
      heldFields: watch.held,
    });
    this.#changes.push(...watch.changes);
    this.#watches.delete(name);
  }

  #shapeOf(stream: Stream) {
    return shapeOf(stream, this.#intake.selection, this.#known(stream.name));
  }

  #known(name: string): StreamMemory {
    const known = this.#memory.get(name);
    if (!known) throw new Error(`invariant broken: ${name} was not admitted`);
    return known;
  }

  #update(name: string, change: Partial<StreamMemory>): void {
    this.#memory.set(name, { ...this.#known(name), ...change });
  }
}

/** Whether a stream that is missing may be one of the broken ones. */
function hiddenBehind(broken: readonly BrokenStream[]): (name: string) => boolean {
  const names = new Set(broken.map(({ name }) => name));
  const nameless = broken.some((one) => one.nameless === true);
  return (name) => nameless || names.has(name);
}

function whyAnew(stored: StreamMemory['settled'], wanted: StreamPolicy['shape']): Anew | undefined {
  if (stored === null) return 'rules';
  // Before the first job of a version that remembers this, nothing was stored by rules.
  if (stored === undefined) return wanted.rules === '' ? undefined : 'rules';
  if (stored.rules !== wanted.rules) return 'rules';
  if (!sameKey(stored, wanted)) return 'key';
  return stored.epoch === wanted.epoch ? undefined : 'fields';
}
