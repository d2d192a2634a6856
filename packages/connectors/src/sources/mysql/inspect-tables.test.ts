import { expect, it } from 'vitest';
import { probeContext } from '../../testing/connector-probe.ts';
import { mysql } from './index.ts';
import { testDatabase } from './testing-database.ts';

const db = testDatabase();

it('tells columns and references of a database', async () => {
  await db.sql(`
    create table customer (id int unsigned primary key, email varchar(80) not null comment 'Where to write');
    create table purchase (id int primary key, customer_id int unsigned, constraint buyer foreign key (customer_id) references customer (id));`);
  const options = { config: db.config(), credentials: db.credentials() };
  const schema = await mysql.inspect?.(probeContext(mysql, options));
  expect(schema?.tables.map(({ stream }) => stream)).toEqual(['customer', 'purchase']);
  const [id, email] = schema?.tables[0]?.columns ?? [];
  expect(id).toMatchObject({ name: 'id', nullable: false, primaryKey: true, position: 1 });
  expect(email).toMatchObject({ dataType: 'varchar(80)', nullable: false, comment: 'Where to write' });
  expect(schema?.foreignKeys).toEqual([
    { name: 'buyer', stream: 'purchase', columns: ['customer_id'], toStream: 'customer', toColumns: ['id'] },
  ]);
});
