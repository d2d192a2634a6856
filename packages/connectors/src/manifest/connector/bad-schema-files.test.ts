import { expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { trial } from './testing-bad-input.ts';

test('F1-20 a schema file is one of those given, wherever its path leads', async () => {
  const { outcomes } = await trial({
    schema_loader: { type: 'JsonFileSchemaLoader', file_path: '../../../../../../../../etc/passwd' },
  });
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
});

test('F1-13 schema files that take each other over and over leave their stream without a schema', async () => {
  const files = new Map([['schemas/bad.json', '{"$ref":"s0.json"}']]);
  const twelve = (name: string): JsonObject =>
    Object.fromEntries(Array.from({ length: 12 }, (_, index) => [index, { $ref: name }]));
  for (let level = 0; level < 12; level += 1)
    files.set(`schemas/shared/s${level}.json`, JSON.stringify(twelve(`s${level + 1}.json`)));
  const { outcomes, logs } = await trial(
    { schema_loader: { type: 'JsonFileSchemaLoader', file_path: './schemas/bad.json' } },
    { files },
  );
  expect(outcomes.get('bad')).toMatchObject({ records: [{ id: 3 }], error: undefined });
  expect(logs.join('\n')).toContain('puts together more than 100,000 objects');
});
