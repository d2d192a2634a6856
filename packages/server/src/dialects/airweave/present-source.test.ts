import { direct } from '@tributary/connectors/kit/auth';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import { secret } from '@tributary/connectors/kit/fields';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { presentSource } from './present-source.ts';
import { Source } from './source-schema.ts';

const example = defineConnector(
  {
    id: 'example_base',
    title: 'Example Base',
    description: 'An example.',
    auth: [direct(z.object({ api_key: secret({ title: 'API key' }) }))],
    config: z.object({
      host: z.string().meta({ title: 'Host', description: 'Where it is.' }),
      port: z.int().default(80).meta({ title: 'Port' }),
      tables: z.array(z.string()).nullish().meta({ title: 'Tables' }),
      note: z.string().nullish(),
    }),
    limits: { requestsPerMinute: 60, concurrency: 1 },
    check: () => Promise.resolve({ account: 'a' }),
    continuous: { everySeconds: 5 },
  },
  () => ({}),
);

it('shows the fields of a form as the published API names them', () => {
  const shown = Source.parse(presentSource(example));
  expect(shown).toMatchObject({
    name: 'Example Base',
    short_name: 'example_base',
    class_name: 'ExampleBaseSource',
    config_class: 'ExampleBaseConfig',
    auth_config_class: 'ExampleBaseAuthConfig',
    auth_methods: ['direct', 'auth_provider'],
    supported_auth_providers: ['composio', 'custom', 'klavis', 'nango', 'pipedream'],
    supports_continuous: true,
  });
  expect(shown.auth_fields?.fields).toMatchObject([
    { name: 'api_key', title: 'API key', type: 'string', required: true, is_secret: true },
  ]);
  const fields = shown.config_fields.fields.map(({ name, title, type, required, items_type: items }) => ({
    name,
    title,
    type,
    required,
    items,
  }));
  expect(fields).toEqual([
    { name: 'host', title: 'Host', type: 'string', required: true, items: null },
    { name: 'port', title: 'Port', type: 'number', required: false, items: null },
    { name: 'tables', title: 'Tables', type: 'array', required: false, items: 'string' },
    { name: 'note', title: 'note', type: 'string', required: false, items: null },
  ]);
});
