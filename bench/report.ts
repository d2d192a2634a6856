import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { plotOf } from './plot.ts';
import { verdictOf, type Result } from './result.ts';

interface Stored extends Result {
  readonly at: string;
  readonly machine: Readonly<Record<string, string | number>>;
}

const marks = { met: 'met', missed: '**missed**', measured: '' } as const;

/** Draws every result that was measured at several sizes; gives their names. */
async function writePlots(stored: readonly Stored[], folder: URL): Promise<readonly string[]> {
  const drawn = stored.filter(({ series = [] }) => series.length > 0);
  await mkdir(folder, { recursive: true });
  for (const result of drawn) await writeFile(new URL(`${result.name}.svg`, folder), plotOf(result));
  return drawn.map(({ name }) => name);
}

/** What is to be said of a result beside its numbers, written by hand; kept when the page is made anew. */
async function readNotes(path: URL): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Writes `bench/RESULTS.md` and the plots from the newest stored result of each bench. */
export async function writeReport(folder: URL): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const stored = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Stored),
  );
  const rows = stored.map(
    (one) =>
      `| ${one.name} | ${one.what} | ${one.budget === 'none' ? '' : `${one.budget} ${one.unit}`} | ${one.measured} ${one.unit} | ${marks[verdictOf(one)]} | ${one.at.slice(0, 10)} |`,
  );
  const plots = await writePlots(stored, new URL('../plots/', folder));
  const notes = await readNotes(new URL('../NOTES.md', folder));
  const on = stored[0]?.machine;
  const text = `# Results of the bench

Ratios against a bare baseline that ran in the same minutes on the same machine; absolute numbers are in \`results/\`.
Made by \`npm run bench\`${on ? ` on ${on['cores']} cores of ${on['cpu']}, Node ${on['node']}` : ''}.

| bench | what | budget | measured | | on |
|---|---|---|---|---|---|
${rows.join('\n')}

## Against size

${plots.map((name) => `![${name}](plots/${name}.svg)`).join('\n\n')}

${notes}`;
  await writeFile(new URL('../RESULTS.md', folder), text);
}
