import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manifestConnector } from '@tributary/connectors/manifest/connector/manifest-connector';
import { loadManifest } from '@tributary/connectors/manifest/load/load-manifest';
import { connectorSpec } from '@tributary/connectors/protocol/connector-spec';
import { testTerminal } from '../testing-terminal.ts';
import { askQuestions } from './ask-questions.ts';
import { AUTHS, PAGINGS } from './manifest-answers.ts';
import { QUESTIONS } from './manifest-questions.ts';
import { newConnectorFiles } from './new-connector-files.ts';

test('every answer makes a manifest that loads, without warnings, and an example that fits it', async () => {
  const given = fc.record({
    name: fc.constantFrom('crm', 'on', 'a-b'),
    title: fc.constantFrom('Acme: "CRM" #1', 'Null', "it's"),
    'base-url': fc.constantFrom('https://api.test', 'https://api.test/v1/'),
    auth: fc.constantFrom(...AUTHS),
    stream: fc.constantFrom('orders', 'yes'),
    records: fc.constantFrom('.', 'data', 'data.items'),
    'primary-key': fc.constantFrom('id', 'a, b', 'no'),
    paging: fc.constantFrom(...PAGINGS),
    incremental: fc.constantFrom('none', 'updated_at'),
  });
  await fc.assert(
    fc.asyncProperty(given, fc.constantFrom('header', 'next', 'meta.paging.next'), async (flags, next) => {
      const follows = flags.paging === 'cursor' || flags.paging === 'link';
      const auth = flags.auth === 'oauth' ? { 'token-url': 'https://api.test/token' } : {};
      const answers = await askQuestions(testTerminal(), QUESTIONS, {
        given: { ...flags, ...auth, ...(follows && { next }) },
        quiet: true,
      });
      const files = newConnectorFiles('crm', answers);
      const manifest = files.get('manifest.yaml') ?? '';
      const loaded = loadManifest(manifest, { custom: new Map() });
      expect(loaded.warnings).toEqual([]);
      expect(loaded.streams).toMatchObject([{ name: flags.stream }]);
      const connector = manifestConnector({ id: 'crm', manifest });
      expect(connector.title).toBe(flags.title);
      const { connectionSpecification } = specOf(connector);
      const example: unknown = JSON.parse(files.get('config.example.json') ?? '');
      expect(Object.keys(example as object)).toEqual(
        (connectionSpecification as { required?: string[] }).required ?? [],
      );
    }),
    { numRuns: 60 },
  );
});

const specOf = (connector: Parameters<typeof connectorSpec>[0]): { readonly connectionSpecification: object } => {
  const message = connectorSpec(connector);
  if (message.type !== 'SPEC') throw new Error('no specification');
  return message.spec;
};

test('what its comments propose loads too', async () => {
  const given = {
    name: 'crm',
    'base-url': 'https://a.test',
    stream: 'x',
    auth: 'oauth',
    'token-url': 'https://a.test/t',
  };
  const answers = await askQuestions(testTerminal(), QUESTIONS, { given, quiet: true });
  const manifest = newConnectorFiles('crm', answers).get('manifest.yaml') ?? '';
  const taken = manifest.replaceAll(/^( *)# ( *(?:- |[a-z_]+:).*)$/gm, '$1$2');
  // A stream is not its own parent, so that another one takes that part.
  const child = taken
    .slice(taken.indexOf('  - type: DeclarativeStream'), taken.indexOf('  # More streams'))
    .replace('name: x', 'name: child');
  const withoutParent = taken
    .replace(/ +partition_router:\n(?: {8,}.*\n)+/, '')
    .replace(/(?= {2}# More streams)/, child);
  const { streams } = loadManifest(withoutParent, { custom: new Map() });
  expect(streams).toMatchObject([
    { retriever: { requester: { error_handler: { max_retries: 5 } }, record_selector: { record_filter: {} } } },
    { name: 'child', retriever: { partition_router: { parent_stream_configs: [{ stream: { name: 'x' } }] } } },
  ]);
});
