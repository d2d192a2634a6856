import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { connectionTypesPage } from './generate/connection-types-page.ts';
import { errorsPage } from './generate/errors-page.ts';
import { manifestComponents } from './generate/manifest-components.ts';
import { manifestLimits } from './generate/manifest-limits.ts';
import { manifestOutlines } from './generate/manifest-outlines.ts';
import { openApiFile } from './generate/openapi-file.ts';
import { providersTable } from './generate/providers-table.ts';
import { settingsTable } from './generate/settings-table.ts';
import { sourcesPage } from './generate/sources-page.ts';

const root = new URL('../', import.meta.url);

/** Every file that is made from code; `now` is what it holds at the moment. */
const generated: Readonly<Record<string, (now: string) => string | Promise<string>>> = {
  // Before the pages, which are made of the sources that read them.
  ...manifestOutlines(),
  'docs/api/errors.md': errorsPage,
  'docs/api/openapi.json': openApiFile,
  'docs/connection-types.md': connectionTypesPage,
  'docs/connectors/manifests.md': (now) =>
    between(between(now, 'limits', manifestLimits()), 'components', manifestComponents()),
  'docs/connectors/sources.md': sourcesPage,
  'docs/providers.md': (now) => between(now, 'providers', providersTable()),
  'docs/operate.md': (now) => between(now, 'settings', settingsTable()),
};

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`there is no <!-- ${name} --> … <!-- /${name} --> to fill`);
  return text.replace(pattern, (_all, open: string, close: string) => `${open}\n${content}\n\n${close}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const stale: string[] = [];
  for (const [path, make] of Object.entries(generated)) {
    const file = new URL(path, root);
    const now = await readFile(file, 'utf8').catch(() => '');
    const wanted = await make(now);
    if (now === wanted) continue;
    stale.push(path);
    if (values.check) continue;
    await mkdir(dirname(file.pathname), { recursive: true });
    await writeFile(file, wanted);
  }
  if (stale.length === 0) return console.log('Every generated file is fresh.');
  console.log(`${values.check ? 'Not fresh; run npm run generate' : 'Written'}: ${stale.join(', ')}`);
  if (values.check) process.exitCode = 1;
}

await main();
