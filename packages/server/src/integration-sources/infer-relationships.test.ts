import type { DatabaseSchema, DatabaseTable } from '@tributary/connectors/kit/database-schema';
import { expect, it } from 'vitest';
import { inferRelationships } from './infer-relationships.ts';

const table = (stream: string, columns: Readonly<Record<string, string>>, key: string): DatabaseTable => ({
  stream,
  comment: null,
  columns: Object.entries(columns).map(([name, dataType], place) => ({
    name,
    dataType,
    nullable: name !== key,
    position: place + 1,
    primaryKey: name === key,
    comment: null,
  })),
});

const tables = [
  table('public.companies', { id: 'bigint', name: 'text' }, 'id'),
  table('public.addresses', { address_code: 'varchar(8)', street: 'text' }, 'address_code'),
  table(
    'public.people',
    {
      id: 'int',
      company_id: 'int',
      home_address_code: 'text',
      parent_company_id: 'int',
      name: 'text',
      address_code: 'uuid',
    },
    'id',
  ),
];
const guess = (schema: Partial<DatabaseSchema> = {}) =>
  inferRelationships({ tables, foreignKeys: [], ...schema }).map(
    ({ columns, toStream, score }) => [columns[0], toStream, score] as const,
  );

it('guesses by names in singular and plural, the surer the plainer, and only between types that fit', () => {
  expect(guess()).toEqual([
    ['company_id', 'public.companies', 0.9],
    ['parent_company_id', 'public.companies', 0.7],
  ]);
});

it('leaves to the database what it declares itself', () => {
  const declared = {
    stream: 'public.people',
    columns: ['company_id'],
    toStream: 'public.companies',
    toColumns: ['id'],
  };
  expect(guess({ foreignKeys: [{ name: 'fk', ...declared }] }).map(([column]) => column)).toEqual([
    'parent_company_id',
  ]);
});
