import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { probeContext } from '../../testing/connector-probe.ts';
import { sqlite } from './index.ts';

it('tells columns and references of a file, those that name no column among them', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sqlite-inspect-')));
  const path = join(folder, 'shop.db');
  const db = new Database(path);
  db.exec(`create table customer (id integer primary key, email TEXT not null, note text);
    create table purchase (id integer primary key, buyer int references customer, payer int references customer (id))`);
  db.close();
  const schema = await sqlite.inspect?.(probeContext(sqlite, { config: { path }, roots: [folder] }));
  await rm(folder, { recursive: true });
  expect(schema?.tables[0]?.columns).toMatchObject([
    { name: 'id', dataType: 'integer', nullable: false, primaryKey: true },
    { name: 'email', dataType: 'text', nullable: false, primaryKey: false },
    { name: 'note', nullable: true, position: 3 },
  ]);
  expect(schema?.foreignKeys.map(({ columns, toStream, toColumns }) => [columns, toStream, toColumns])).toEqual(
    expect.arrayContaining([
      [['buyer'], 'customer', ['id']],
      [['payer'], 'customer', ['id']],
    ]),
  );
});
