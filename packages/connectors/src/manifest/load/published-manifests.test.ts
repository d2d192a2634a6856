import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadManifest } from './load-manifest.ts';

const dir = process.env['CONFORMANCE_DIR'];

describe.skipIf(!dir)('published manifests (set CONFORMANCE_DIR to run)', () => {
  const folder = join(dir ?? '.', 'manifests');
  const files = dir ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];

  test('there are some', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  test.each(files)('%s loads, and can be read without Python', (file) => {
    const loaded = loadManifest(readFileSync(join(folder, file), 'utf8'), { custom: new Map() });
    expect(loaded.missingPorts).toEqual([]);
    expect(loaded.streams.length + loaded.dynamicStreams.length).toBeGreaterThan(0);
    expect(JSON.stringify(loaded.streams)).not.toMatch(/"(?:\$ref|url_base)":/);
  });
});
