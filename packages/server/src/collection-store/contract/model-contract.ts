import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId, type JobId } from '../../lib/ids.ts';
import type { CollectionWriters, RunState, SourceWriter } from '../port.ts';
import { last, newPlace, page, record, search, syncId, type StoreUnderTest, type Use } from './fixtures.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'é"', "f'", '\0');
const keysOf = fc.uniqueArray(key, { maxLength: 4 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('apply' as const),
      upserts: fc.uniqueArray(fc.tuple(key, fc.integer({ min: 0, max: 2 })), {
        maxLength: 5,
        selector: ([name]) => name,
      }),
      present: keysOf,
      deletes: keysOf,
      cursor: fc.option(fc.record({ durable: fc.boolean(), done: fc.boolean() }), { nil: undefined }),
    }),
  },
  fc.record({ type: fc.constantFrom('sweep' as const, 'reclaim' as const, 'restart' as const, 'drop' as const) }),
  fc.record({ type: fc.constant('next job' as const), full: fc.boolean(), end: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the store must hold, kept in plain maps: the values by key, what the run has named, the cursor. */
class Model {
  readonly #store: StoreUnderTest;
  readonly #place = newPlace();
  readonly #values = new Map<string, number>();
  readonly #seen = new Set<string>();
  #cursor: { value: number; durable: boolean; done: boolean } | undefined;
  #pages = 0;
  #jobId = newId<JobId>();
  #writers: CollectionWriters;
  #writer: SourceWriter | undefined;

  constructor(store: StoreUnderTest) {
    this.#store = store;
    this.#writers = store.writers;
  }

  async begin(full = false): Promise<RunState> {
    this.#writer = await this.#writers.claim(this.#place.collectionId, this.#place.sourceConnectionId, 0);
    return this.#writer.beginRun({ jobId: this.#jobId, syncId, sourceName: 'model', full });
  }

  async run(command: Step): Promise<void> {
    switch (command.type) {
      case 'apply':
        return this.#apply(command);
      case 'sweep':
        return this.#sweep();
      case 'drop':
        await last(this.#held().dropStream('notes'));
        this.#values.clear();
        this.#seen.clear();
        this.#cursor = undefined;
        return;
      case 'restart':
        this.#writers = this.#store.otherWriters();
        await this.begin();
        return;
      case 'reclaim':
        await this.begin();
        return;
      case 'next job':
        return this.#nextJob(command);
    }
  }

  async check(): Promise<void> {
    const { collectionId, sourceConnectionId } = this.#place;
    const found = await search(this.#store, collectionId);
    const stored = new Map(found.map((hit) => [hit.key, hit.fields['v']]));
    expect(found).toHaveLength(stored.size);
    expect(stored).toEqual(this.#values);
    const counts = await this.#store.readers.countTypes(collectionId);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(this.#values.size);
    const cursors = await this.#store.readers.cursors(collectionId, sourceConnectionId);
    expect(cursors.map(({ value, done }) => ({ value, done }))).toEqual(
      this.#cursor ? [{ value: this.#cursor.value, done: this.#cursor.done }] : [],
    );
    const unseen = [...this.#values.keys()].filter((name) => !this.#seen.has(name)).length;
    expect(await this.#held().unseen('notes')).toEqual({ unseen, total: this.#values.size });
  }

  async #sweep(): Promise<void> {
    const swept = await last(this.#held().sweep('notes'));
    const ghosts = [...this.#values.keys()].filter((name) => !this.#seen.has(name));
    for (const ghost of ghosts) this.#values.delete(ghost);
    expect(swept?.page.deleted ?? 0).toBe(ghosts.length);
  }

  async #nextJob({ full, end }: { full: boolean; end: boolean }): Promise<void> {
    if (end) await this.#held().endRun();
    this.#jobId = newId<JobId>();
    this.#seen.clear();
    if (full || !this.#cursor?.durable) this.#cursor = undefined;
    else this.#cursor = { ...this.#cursor, done: false };
    await this.begin(full);
  }

  async #apply({ upserts, present, deletes, cursor }: Extract<Step, { type: 'apply' }>): Promise<void> {
    this.#pages += 1;
    const written = cursor && { value: this.#pages, ...cursor };
    const { page: counts } = await this.#held().apply(
      page({
        upserts: upserts.map(([name, v]) => record(name, { v })),
        present,
        deletes,
        ...(written ? { cursor: written } : {}),
      }),
    );
    const before = new Map(this.#values);
    for (const [name, value] of upserts) this.#values.set(name, value);
    for (const name of [...upserts.map(([each]) => each), ...present]) if (this.#values.has(name)) this.#seen.add(name);
    for (const name of deletes) {
      this.#values.delete(name);
      this.#seen.delete(name);
    }
    if (written) this.#cursor = written;
    const living = upserts.filter(([name]) => !deletes.includes(name));
    expect(counts.inserted).toBe(living.filter(([name]) => !before.has(name)).length);
    expect(counts.updated).toBe(living.filter(([name, v]) => before.has(name) && before.get(name) !== v).length);
    expect(counts.deleted).toBe(deletes.filter((name) => before.has(name)).length);
  }

  #held(): SourceWriter {
    expect(this.#writer).toBeDefined();
    return this.#writer!;
  }
}

export function describeModel(use: Use): void {
  describe('any order of pages, sweeps, jobs, claims and restarts', () => {
    it('leaves what a map would hold', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const model = new Model(use());
          await model.begin();
          for (const each of steps) {
            await model.run(each);
            await model.check();
          }
        }),
        { numRuns: 30 },
      );
    });
  });
}
