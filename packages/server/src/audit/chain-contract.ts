import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '@tributary/connectors/testing/connector-probe';
import type { Actor } from '../auth/actor.ts';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import { copyTables } from '../control/copy-tables.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { forgetOld } from '../jobs/retention.ts';
import { testClock } from '../jobs/testing/seed.ts';
import { newId } from '../lib/ids.ts';
import { type AuditLog, createAuditLog } from './service.ts';

const DAY = 86_400_000;

/** What the chain of audit events must do on every control store; each backend's test file runs it. */
export function describeAuditChain(name: string, make: () => Promise<ControlStoreHome>): void {
  describe(`F1-16 the audit log on ${name}`, () => {
    const clock = testClock();
    let home: ControlStoreHome;
    let control: ControlStore;
    let log: AuditLog;
    let actor: Actor;
    beforeAll(async () => {
      home = await make();
      control = await home.open();
      log = createAuditLog({ control, clock });
    });
    afterAll(async () => {
      await control.close();
      await home.remove();
    });
    beforeEach(async () => {
      actor = { organizationId: newId(), apiKeyId: newId(), name: 'Ada', email: 'ada@example.com', scopes: new Set() };
      const organization = { id: actor.organizationId, name: 'Acme', created_at: clock.now() };
      await control.db.insertInto('organization').values(organization).execute();
    });

    const record = (subjectId: string) =>
      control.transaction((tx) => log.record(tx, actor, { action: 'thing.made', subjectKind: 'thing', subjectId }));
    const recordMany = async (count: number, daysBetween = 0) => {
      for (let number = 1; number <= count; number += 1) {
        await record(String(number));
        clock.advance(daysBetween * DAY);
      }
    };
    const events = () =>
      control.db
        .selectFrom('audit_event')
        .selectAll()
        .where('organization_id', '=', actor.organizationId)
        .orderBy('sequence')
        .execute();
    /** What somebody could do who owns the database. */
    const behindTheBack = async (work: () => Promise<unknown>) => {
      if (control.dialect === 'postgres') {
        await sql`alter table audit_event disable trigger all`.execute(control.db);
        await work();
        await sql`alter table audit_event enable trigger all`.execute(control.db);
        return;
      }
      const { rows } = await sql<{ name: string; sql: string }>`
        select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit_event'`.execute(control.db);
      // In transactions, so that they run where the schema was changed last.
      await control.transaction(async (tx) => {
        for (const trigger of rows) await sql`drop trigger ${sql.ref(trigger.name)}`.execute(tx);
      });
      await work();
      await control.transaction(async (tx) => {
        for (const trigger of rows) await sql.raw(trigger.sql).execute(tx);
      });
    };
    const forge = (sequence: number, columns: Record<string, unknown>) => {
      const update = control.db.updateTable('audit_event').set(columns);
      return update.where('organization_id', '=', actor.organizationId).where('sequence', '=', sequence).execute();
    };
    const remove = (sequence: number) =>
      control.db
        .deleteFrom('audit_event')
        .where('organization_id', '=', actor.organizationId)
        .where('sequence', '=', sequence)
        .execute();

    it('is a chain without gaps, also when many write at once', async () => {
      await Promise.all(Array.from({ length: 40 }, (_, place) => record(String(place))));
      const rows = await events();
      expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 40 }, (_, place) => place + 1));
      expect(rows.map((row) => row.previous_hash)).toEqual(['', ...rows.slice(0, -1).map((row) => row.hash)]);
      expect(await log.verify(actor)).toEqual({
        whole: true,
        events: 40,
        firstSequence: 1,
        lastSequence: 40,
        hash: rows.at(-1)?.hash,
        unchained: 0,
        breaks: [],
      });
    });

    it('has a chain for each organization', async () => {
      await record('hers');
      const other = { ...actor, organizationId: newId<Actor['organizationId']>() };
      const organization = { id: other.organizationId, name: 'Other', created_at: clock.now() };
      await control.db.insertInto('organization').values(organization).execute();
      expect(await log.verify(other)).toMatchObject({ whole: true, events: 0, lastSequence: null, hash: null });
      await control.transaction((tx) =>
        log.record(tx, other, { action: 'thing.made', subjectKind: 'thing', subjectId: 'theirs' }),
      );
      expect(await log.verify(other)).toMatchObject({ whole: true, events: 1, lastSequence: 1 });
    });

    it('takes a place back with the transaction that took it', async () => {
      await record('one');
      const undone = control.transaction(async (tx) => {
        await log.record(tx, actor, { action: 'thing.made', subjectKind: 'thing', subjectId: 'undone' });
        throw new Error('no');
      });
      await expect(undone).rejects.toThrow('no');
      await record('two');
      expect((await events()).map((row) => [row.sequence, row.subject_id])).toEqual([
        [1, 'one'],
        [2, 'two'],
      ]);
      expect((await log.verify(actor)).whole).toBe(true);
    });

    it('refuses to be changed, emptied or cut anywhere but at its beginning', async () => {
      await recordMany(3);
      await expect(forge(2, { actor_email: 'eve@example.com' })).rejects.toThrow('append-only');
      await expect(remove(1)).rejects.toThrow('append-only');
      await expect(remove(3)).rejects.toThrow('append-only');
      const head = () => control.db.updateTable('audit_head').where('organization_id', '=', actor.organizationId);
      await expect(head().set({ sequence: 2 }).execute()).rejects.toThrow('append-only');
      await expect(head().set({ anchor_sequence: 4 }).execute()).rejects.toThrow('append-only');
      const heads = control.db.deleteFrom('audit_head').where('organization_id', '=', actor.organizationId);
      await expect(heads.execute()).rejects.toThrow('append-only');
      if (control.dialect === 'postgres')
        await expect(sql`truncate audit_event`.execute(control.db)).rejects.toThrow('append-only');
      expect((await log.verify(actor)).whole).toBe(true);
    });

    const forgeries: readonly (readonly [
      what: string,
      forgery: () => Promise<unknown>,
      breaks: readonly (readonly [sequence: number | null, reason: string])[],
    ])[] = [
      ['an altered event', () => forge(3, { actor_email: 'eve@example.com' }), [[3, 'altered']]],
      ['an event with another time', () => forge(3, { created_at: 1 }), [[3, 'altered']]],
      [
        'an event with a hash of its own',
        () => forge(3, { hash: 'f'.repeat(64) }),
        [
          [3, 'altered'],
          [4, 'unlinked'],
        ],
      ],
      ['one that is missing in the middle', () => remove(3), [[4, 'missing']]],
      ['one that is missing at the beginning', () => remove(1), [[2, 'missing']]],
      ['one that is missing at the end', () => remove(5), [[5, 'missing']]],
      [
        'one that hides among those of earlier versions',
        () => forge(3, { sequence: null }),
        [
          [4, 'missing'],
          [null, 'foreign'],
        ],
      ],
    ];

    it.each(forgeries)('shows %s, and where', async (_what, forgery, breaks) => {
      await recordMany(5);
      expect((await log.verify(actor)).whole).toBe(true);
      await behindTheBack(forgery);
      const found = await log.verify(actor);
      expect(found.whole).toBe(false);
      expect(found.breaks.map((one) => [one.sequence, one.reason])).toEqual(breaks);
    });

    it('shows a chain that was written anew to whoever noted an event of the old one', async () => {
      await recordMany(3);
      const second = (await events())[1];
      const noted = { sequence: 2, hash: second?.hash ?? '' };
      expect((await log.verify(actor, noted)).whole).toBe(true);
      const other = await log.verify(actor, { ...noted, hash: 'f'.repeat(64) });
      expect(other.breaks).toEqual([{ sequence: 2, eventId: second?.id, reason: 'rewritten' }]);
      const cutOff = await log.verify(actor, { ...noted, sequence: 4 });
      expect(cutOff.breaks).toEqual([{ sequence: 4, eventId: null, reason: 'rewritten' }]);
    });

    it('is still whole when its beginning was forgotten, and goes on', async () => {
      await recordMany(1_200);
      clock.advance(10 * DAY);
      await recordMany(4, 1);
      const needs = { control, clock: { ...clock, sleep: async () => undefined }, log: silentLog };
      const config = { keepJobsDays: 0, keepEventsDays: 0, keepAuditDays: 2, keepNotificationsDays: 0 };
      const forgotten = await forgetOld({ ...needs, config }, new AbortController().signal);
      expect(forgotten.auditEvents).toBeGreaterThanOrEqual(1_202);
      expect((await events()).map((row) => row.sequence)).toEqual([1_203, 1_204]);
      expect(await log.verify(actor)).toMatchObject({ whole: true, events: 2, firstSequence: 1_203 });
      await record('next');
      expect(await log.verify(actor)).toMatchObject({ whole: true, events: 3, lastSequence: 1_205 });
      clock.advance(10 * DAY);
      await forgetOld({ ...needs, config }, new AbortController().signal);
      expect(await log.verify(actor)).toMatchObject({
        whole: true,
        events: 0,
        firstSequence: null,
        lastSequence: 1_205,
      });
      await record('after all');
      expect(await log.verify(actor)).toMatchObject({ whole: true, events: 1, firstSequence: 1_206 });
    });

    it('lets events of earlier versions lie outside of the chain, and go by their age', async () => {
      await control.db
        .insertInto('audit_event')
        .values({
          id: newId(),
          organization_id: actor.organizationId,
          api_key_id: null,
          actor_email: null,
          action: 'thing.made',
          subject_kind: 'thing',
          subject_id: 'old',
          created_at: clock.now() - DAY,
        })
        .execute();
      await record('new');
      expect(await log.verify(actor)).toMatchObject({ whole: true, events: 1, unchained: 1 });
    });

    it('keeps its chain in a backup', async () => {
      await recordMany(3);
      const place = await sqliteHome();
      const copy = await place.open();
      await copyTables(control.db, copy);
      const copied = createAuditLog({ control: copy, clock });
      const before = await log.verify(actor);
      expect(before.whole).toBe(true);
      expect(await copied.verify(actor)).toEqual(before);
      await copy.transaction((tx) =>
        copied.record(tx, actor, { action: 'thing.made', subjectKind: 'thing', subjectId: 'later' }),
      );
      expect(await copied.verify(actor)).toMatchObject({ whole: true, lastSequence: 4 });
      await copy.close();
      await place.remove();
    });
  });
}
