import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { probeContext } from '../../testing/connector-probe.ts';
import { loadManifest } from '../load/load-manifest.ts';
import { manifestConnector } from './manifest-connector.ts';
import { manifestOutline } from './manifest-outline.ts';
import { shippedManifest } from './shipped-manifest.ts';

const MANIFEST = `
version: 7.0.0
type: DeclarativeSource
description: Teas of the world.
check: { type: CheckStream, stream_names: [teas] }
concurrency_level: { type: ConcurrencyLevel, default_concurrency: 3 }
streams:
  - &teas
    type: DeclarativeStream
    name: teas
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url: 'https://api.tea.example/v1', path: teas }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
    schema_loader: { type: InlineSchemaLoader, schema: { type: object } }
  - type: ConditionalStreams
    condition: "{{ config['more'] }}"
    streams: [{ <<: *teas, name: more }]
spec:
  type: Spec
  connection_specification:
    type: object
    title: Teas
    required: [token]
    properties: { token: { type: string, airbyte_secret: true }, more: { type: boolean, default: false } }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-shipped-'));
  const { manifest } = loadManifest(MANIFEST, { custom: new Map() });
  await writeFile(join(folder, 'outline.json'), JSON.stringify(manifestOutline(manifest)));
});
afterEach(() => rm(folder, { recursive: true }));

const ground = { config: {}, credentials: { token: 'x' } };

test('a source of ours says all of itself without its manifest being read', async () => {
  const shipped = await shippedManifest(folder, { id: 'tea' });
  const whole = manifestConnector({ id: 'tea', manifest: MANIFEST });
  const told = ({ config, auth, check: _, discover: _discover, specified, ...rest }: typeof whole) => ({
    ...rest,
    config: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }),
    auth: auth.map(({ type }) => type),
    specification: specified?.specification,
  });
  expect(told(shipped)).toEqual(told(whole));
  expect(shipped).toMatchObject({
    title: 'Teas',
    description: 'Teas of the world.',
    limits: { concurrency: 3 },
    entityTypes: ['TeaTeasEntity', 'TeaMoreEntity'],
  });
});

test('its manifest is read when it is asked, once, and again after that has failed', async () => {
  const shipped = await shippedManifest(folder, { id: 'tea' });
  const names = async () => (await shipped.discover(probeContext(shipped, ground))).map(({ name }) => name);
  await expect(names()).rejects.toThrow('ENOENT');
  await writeFile(join(folder, 'manifest.yaml'), MANIFEST);
  expect(await names()).toEqual(['teas']);
  await rm(join(folder, 'manifest.yaml'));
  expect(await names()).toEqual(['teas']);
  expect(await readFile(join(folder, 'outline.json'), 'utf8')).not.toContain('SimpleRetriever');
});
