import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { filterFields, filterOperators } from '../port.ts';
import { compileFilter } from './filter.ts';
import { SCHEMA } from './schema.ts';

it('makes a statement that SQLite takes of any filter, and puts no text of it into the statement', () => {
  const db = new Database(':memory:');
  db.exec(SCHEMA);
  db.exec(`INSERT INTO source (id, source_connection_id, fence) VALUES (1, 's', 1);
    INSERT INTO job (id, job_id, source, generation) VALUES (1, 'j', 1, 1);
    INSERT INTO stream (id, source, name, entity_type) VALUES (1, 1, 'n', 'T');
    INSERT INTO entity VALUES (1, 1, 'k', 'h', 1, 1, 1);
    INSERT INTO chunk VALUES (1, 1, 0, 0, 0);
    INSERT INTO body (id, name, payload) VALUES (1, 'x', '{"a":{"b":[1,"x",true,null,{}]},"":""}')`);
  db.function('fold', (value: unknown) => value as string);
  const words = fc.constantFrom(
    'a',
    'b',
    '"',
    "'",
    '\\',
    '\0',
    '$',
    '[0]',
    '*',
    '?',
    ';--',
    '\ud800',
    '.',
    'é',
    '%',
    'x',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 6 }).map((parts) => parts.join('')),
  );
  const scalar = fc.oneof(text, fc.double(), fc.integer(), fc.boolean());
  const condition = fc.record({
    field: fc.oneof(
      fc.constantFrom(...filterFields),
      text.filter((name) => name !== '').map((name) => `fields.${name}`),
    ),
    operator: fc.constantFrom(...filterOperators),
    value: fc.oneof(scalar, fc.array(text), fc.array(fc.double())),
  });
  const filter = fc.array(fc.record({ conditions: fc.array(condition, { maxLength: 3 }) }), { maxLength: 3 });
  const alphabet = /^[\w\s.$'|(),=<>?/%:*-]*$/;
  fc.assert(
    fc.property(filter, (groups) => {
      let compiled;
      try {
        compiled = compileFilter(groups);
      } catch (error) {
        // Only a value that is no date or number may be refused.
        expect(error).toMatchObject({ code: 'invalid_request' });
        return;
      }
      if (!compiled) return;
      expect(compiled.sql).toMatch(alphabet);
      db.prepare(
        `SELECT count(*) FROM chunk c JOIN entity e ON e.id = c.entity JOIN body b ON b.id = e.id
         JOIN stream t ON t.id = e.stream JOIN source s ON s.id = t.source JOIN job j ON j.id = e.job WHERE ${compiled.sql}`,
      ).all(...compiled.values);
    }),
    { numRuns: 1000 },
  );
  db.close();
});
