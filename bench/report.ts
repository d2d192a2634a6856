import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { Result } from './result.ts';

interface Stored extends Result {
  readonly at: string;
  readonly machine: Readonly<Record<string, string | number>>;
}

/** Writes `bench/RESULTS.md` from the newest stored result of each bench. */
export async function writeReport(folder: URL): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const stored = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Stored),
  );
  const rows = stored.map(
    (one) =>
      `| ${one.name} | ${one.what} | ${one.budget} ${one.unit} | ${one.measured} | ${one.met ? 'met' : '**missed**'} | ${one.at.slice(0, 10)} |`,
  );
  const on = stored[0]?.machine;
  const text = `# Results of the bench

Ratios against a bare baseline that ran in the same minutes on the same machine; absolute numbers are in \`results/\`.
Made by \`npm run bench\`${on ? ` on ${on['cores']} cores of ${on['cpu']}, Node ${on['node']}` : ''}.

| bench | what | budget | measured | | on |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
  await writeFile(new URL('../RESULTS.md', folder), text);
}
