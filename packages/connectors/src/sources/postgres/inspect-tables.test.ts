import { expect, it } from 'vitest';
import { probeContext } from '../../testing/connector-probe.ts';
import { postgres } from './index.ts';
import { testDatabase } from './testing-database.ts';

const db = testDatabase();

it('tells columns in the order of their tables, and references of several columns in the order of the key', async () => {
  await db.sql(`
    create schema shop;
    create table shop.item (region int, number int, name varchar(40) not null, primary key (region, number));
    create table public.line (id bigint primary key, item_number int, item_region int, hidden text,
      constraint line_item foreign key (item_region, item_number) references shop.item (region, number));
    comment on table public.line is 'What was ordered'; comment on column public.line.id is 'Counted';`);
  const config = db.config({ exclude_tables: ['none'] });
  const schema = await postgres.inspect?.(probeContext(postgres, { config, credentials: db.credentials() }));
  expect(schema?.tables.map(({ stream, comment }) => [stream, comment])).toEqual([
    ['public.line', 'What was ordered'],
    ['shop.item', null],
  ]);
  expect(schema?.tables[1]?.columns).toEqual([
    { name: 'region', dataType: 'integer', nullable: false, position: 1, primaryKey: true, comment: null },
    { name: 'number', dataType: 'integer', nullable: false, position: 2, primaryKey: true, comment: null },
    { name: 'name', dataType: 'character varying(40)', nullable: false, position: 3, primaryKey: false, comment: null },
  ]);
  expect(schema?.tables[0]?.columns[0]?.comment).toBe('Counted');
  const reference = { name: 'line_item', stream: 'public.line', columns: ['item_region', 'item_number'] };
  expect(schema?.foreignKeys).toEqual([{ ...reference, toStream: 'shop.item', toColumns: ['region', 'number'] }]);
  const some = db.config({ include_tables: ['line'] });
  const left = await postgres.inspect?.(probeContext(postgres, { config: some, credentials: db.credentials() }));
  expect(left).toMatchObject({ tables: [{ stream: 'public.line' }], foreignKeys: [] });
});
