import { describeManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import { loadContents } from '@tributary/connectors/manifest/connector/load-contents';
import { describe, expect, it } from 'vitest';
import { shopManifest } from '../../test/harness/played-shop.ts';
import { createManifestReader } from './manifest-reader.ts';
import { manifestsHere } from './manifests-here.ts';

const manifest = shopManifest();

/** Within the limits of size, and full of small parts. */
const heavy = (): string => {
  const parts = Array.from({ length: 25_000 }, (_, index) => `    - {a: ${index}, b: {c: x}}\n`);
  return `${manifest}\ndefinitions:\n  parts:\n${parts.join('')}`;
};

describe('manifests are read in threads', () => {
  it('are described and loaded as they are without one', async () => {
    const reader = createManifestReader();
    expect(await reader.describe({ manifest })).toEqual(describeManifest(manifest, new Map()));
    const files = { 'schemas/a.json': '{}' };
    const loaded = await reader.load({ manifest, files });
    expect(loaded.manifest).toEqual(loadContents(manifest, { custom: new Map() }).manifest);
    expect([...loaded.files]).toEqual(Object.entries(files));
    expect(await reader.describe({ manifest })).toEqual(await manifestsHere.describe({ manifest }));
    expect(await reader.load({ manifest, files })).toEqual(await manifestsHere.load({ manifest, files }));
  });

  it('tells what is wrong with one, as without a thread', async () => {
    const bad = { manifest: 'version: 6\ntype: [' };
    const reader = createManifestReader();
    const refused = await reader.describe(bad).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'connector_manifest_invalid' });
    expect(refused).toEqual(await manifestsHere.describe(bad).catch((error: unknown) => error));
    await expect(reader.load(bad)).rejects.toMatchObject({ reason: 'configuration' });
  });

  it('F1-13 gives up one that takes too long, and reads the next', async () => {
    await expect(createManifestReader({ patienceMs: 1 }).describe({ manifest: heavy() })).rejects.toMatchObject({
      code: 'connector_manifest_too_heavy',
      message: expect.stringContaining('within 0.001 s'),
    });
    await expect(createManifestReader({ patienceMs: 1 }).load({ manifest: heavy() })).rejects.toMatchObject({
      code: 'connector_manifest_too_heavy',
    });
  });

  it('F1-13 gives up one that takes too much memory, and reads the next', async () => {
    const reader = createManifestReader({ memoryMb: 48 });
    await expect(reader.describe({ manifest: heavy() })).rejects.toMatchObject({
      code: 'connector_manifest_too_heavy',
      message: expect.stringContaining('48 MB'),
    });
    for (const _ of [1, 2]) expect((await reader.describe({ manifest })).facts.streams).toHaveLength(1);
  });

  it('F1-13 refuses what would be long to show', async () => {
    const names = Array.from(
      { length: 6_000 },
      (_, index) => `      k${index}: {type: string, description: ${'x'.repeat(80)}}\n`,
    );
    const spec = `spec:\n  type: Spec\n  connection_specification:\n    type: object\n    properties:\n${names.join('')}`;
    const long = manifest.replace(/^spec:\n(?: .*\n|\n)*/m, '') + spec;
    await expect(createManifestReader().describe({ manifest: long })).rejects.toMatchObject({
      code: 'connector_manifest_too_heavy',
      message: expect.stringContaining('`spec`'),
    });
  });
});
