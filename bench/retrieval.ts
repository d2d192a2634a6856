import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndcg10 } from './ndcg.ts';
import { startBenchService } from './service.ts';

interface Text {
  readonly _id: string;
  readonly title?: string;
  readonly text: string;
}

async function readLines<T>(path: string): Promise<readonly T[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

/** `query <tab> document <tab> grade`, with or without a heading. */
async function readGrades(path: string): Promise<ReadonlyMap<string, Map<string, number>>> {
  const grades = new Map<string, Map<string, number>>();
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [query, document, grade] = line.split('\t');
    if (query === undefined || document === undefined || grade === undefined || Number.isNaN(Number(grade))) continue;
    const known = grades.get(query) ?? new Map<string, number>();
    grades.set(query, known.set(document, Number(grade)));
  }
  return grades;
}

/** One Markdown file a document, as people keep notes: the title as heading, the text below. */
async function writeDocuments(folder: string, corpus: readonly Text[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { _id, title, text } of corpus) {
    await writeFile(
      join(folder, `${encodeURIComponent(_id)}.md`),
      `# ${(title || _id).replaceAll(/\s+/g, ' ')}\n\n${text}\n`,
    );
  }
}

/**
 * Loads a retrieval collection (`corpus.jsonl`, `queries.jsonl`, `qrels.tsv`) through the real `files` source and asks
 * its queries through the API. Gives nDCG@10 over the queries that have grades.
 */
export async function benchRetrieval(
  folder: string,
  print: (line: string) => void,
): Promise<{ readonly ndcg10: number }> {
  const corpus = await readLines<Text>(join(folder, 'corpus.jsonl'));
  const queries = await readLines<Text>(join(folder, 'queries.jsonl'));
  const grades = await readGrades(join(folder, 'qrels.tsv'));
  const root = await mkdtemp(join(tmpdir(), 'tributary-retrieval-'));
  const service = await startBenchService({ TRIBUTARY_FILE_ROOTS: root });
  try {
    await writeDocuments(join(root, 'documents'), corpus);
    const { readable_id } = await service.client.collections.create({ name: 'Retrieval' });
    const connection = await service.client.sourceConnections.create({
      short_name: 'files',
      readable_collection_id: readable_id,
      config: { path: join(root, 'documents') },
      schedule: { cron: null },
      sync_immediately: false,
    });
    const started = await service.client.sourceConnections.run(connection.id);
    const job = await service.client.sourceConnections.waitForJob(connection.id, started.id);
    print(`${job.entities_inserted} of ${corpus.length} documents, ${queries.length} queries`);
    const scores: number[] = [];
    for (const query of queries) {
      const wanted = grades.get(query._id);
      if (!wanted) continue;
      const hits = await service.client.collections.search(readable_id, { query: query.text, limit: 10 });
      const ranked = hits.map((hit) =>
        decodeURIComponent(hit.airweave_system_metadata.original_entity_id.replace(/\.md$/, '')),
      );
      scores.push(ndcg10(ranked, wanted));
    }
    return { ndcg10: Number((scores.reduce((sum, score) => sum + score, 0) / scores.length).toFixed(4)) };
  } finally {
    await service.stop();
    await rm(root, { recursive: true, force: true });
  }
}
