import { describe, expect, test } from 'vitest';
import type { SchemaReport } from '../engine/schema-keeper.ts';
import { keepSchema } from './keep-schema.ts';
import type { MakeHome } from './testing/queue-rig.ts';
import { LEASE_MS, leaseOf, useQueue } from './testing/queue-rig.ts';

const report = (after: number, more: Partial<SchemaReport> = {}): SchemaReport => ({
  after,
  memory: {},
  changes: [],
  held: [],
  ...more,
});
const change = (stream: string) => ({ stream, kind: 'stream_added', action: 'held' }) as const;

/** How what a job finds out of a schema is kept, on every control store. */
export function describeSchema(name: string, make: MakeHome): void {
  describe(`schemas on ${name}`, () => {
    const rig = useQueue(make);
    const start = async () => {
      const source = await rig.seed.addOrder();
      await rig.seed.enqueue(source);
      const lease = leaseOf(await rig.claimOne('a'), 'a');
      const keep = (given: SchemaReport) =>
        rig.store.transaction((tx) => keepSchema(tx, lease, given, rig.clock.now()));
      const changes = async () => {
        const query = rig.store.db.selectFrom('source_schema_change').selectAll();
        return query.where('source_connection_id', '=', source).orderBy('sequence').execute();
      };
      const held = async () => {
        const query = rig.store.db.selectFrom('source_connection').select('schema_held').where('id', '=', source);
        return (await query.executeTakeFirstOrThrow()).schema_held;
      };
      return { keep, changes, held };
    };

    test('G4-17 each memory follows the one that its job has read, with its changes in order', async () => {
      const { keep, changes, held } = await start();
      const waiting = [{ stream: 'b', fields: [] }];
      expect(await keep(report(0, { changes: [change('a'), change('b')] }))).toBe(true);
      expect(await keep(report(1, { changes: [change('c')], held: waiting }))).toBe(true);
      expect((await changes()).map(({ stream, sequence }) => [stream, sequence])).toEqual([
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ]);
      expect(JSON.parse((await held()) ?? 'null')).toEqual(waiting);
      for (const late of [0, 1]) expect(await keep(report(late, { changes: [change('d')] }))).toBe(false);
      expect(await changes()).toHaveLength(3);
      expect(await keep(report(2))).toBe(true);
      expect(await held()).toBeNull();
    });

    test('G4-17 a job that lost its lease says nothing any more', async () => {
      const { keep, changes } = await start();
      rig.clock.advance(LEASE_MS + 1);
      await rig.expire('b');
      expect(await keep(report(0, { changes: [change('a')] }))).toBe(false);
      expect(await changes()).toEqual([]);
    });

    test('G4-17 the newest 500 changes are kept', async () => {
      const { keep, changes } = await start();
      const many = Array.from({ length: 499 }, (_, index) => change(`first ${index}`));
      await keep(report(0, { changes: many }));
      await keep(report(1, { changes: [change('x'), change('y'), change('z')] }));
      const kept = (await changes()).map(({ stream }) => stream);
      expect([kept.length, kept[0], kept.at(-1)]).toEqual([500, 'first 2', 'z']);
    });
  });
}
