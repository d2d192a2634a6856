import { expect, it } from 'vitest';
import { schemaPath } from './schema-path.ts';

it('divides a path into the package and the path in it', () => {
  expect(schemaPath('./source_x/schemas/users.json')).toEqual({ resource: 'source_x', path: 'schemas/users.json' });
  expect(schemaPath('users.json')).toEqual({ resource: '', path: 'users.json' });
});
