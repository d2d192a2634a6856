import type { OracleRow, Truth } from './oracle-row.ts';
import type { Stack } from './stack.ts';
import type { SubjectSource } from './trial-subject.ts';
import type { Verdict } from './verdict.ts';

interface Hit {
  readonly entityId: string;
  readonly sourceConnectionId: string;
  readonly fields: Partial<OracleRow>;
}

/** A query takes 64 words at most. */
const WORDS_AT_ONCE = 60;

/**
 * Looks for every word of a source: both words of a record find this record once and with its newest content, and the words
 * of what was deleted or changed find nothing.
 */
export async function checkSearch(
  stack: Stack,
  { collection, source, id }: SubjectSource,
  truth: Truth,
  verdict: Verdict,
): Promise<void> {
  const search = async (words: readonly string[]): Promise<readonly Hit[]> => {
    const path = `/tributary/v1/collections/${collection.readableId}/search`;
    const answer = await stack.call('POST', path, { query: words.join(' '), limit: 1_000 });
    if (answer.status !== 200) verdict.broken.push(`search answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.hits ?? [];
  };
  for (const [stream, { rows, goneWords }] of Object.entries(truth)) {
    for (const part of inParts(rows)) {
      for (const word of ['word', 'editionWord'] as const)
        compare(await search(part.map((row) => row[word])), { id, source, stream, rows: part }, verdict);
    }
    const newest = new Map(rows.map((row) => [`${stream}/${row.id}`, row]));
    for (const part of inParts(goneWords))
      for (const hit of await search(part))
        (newest.has(hit.entityId) ? verdict.stale : verdict.ghosts).add(`${source} ${hit.entityId} (by search)`);
  }
}

function compare(
  hits: readonly Hit[],
  wanted: {
    readonly id: string;
    readonly source: string;
    readonly stream: string;
    readonly rows: readonly OracleRow[];
  },
  verdict: Verdict,
): void {
  const words = (name: string): string => `${wanted.source} ${name} (by search)`;
  const left = new Map(wanted.rows.map((row) => [`${wanted.stream}/${row.id}`, row]));
  const met = new Set<string>();
  for (const { entityId, sourceConnectionId, fields } of hits) {
    const row = sourceConnectionId === wanted.id ? left.get(entityId) : undefined;
    if (met.has(entityId)) verdict.twice.add(words(entityId));
    else if (!row) verdict.ghosts.add(words(entityId));
    else if (fields.edition !== row.edition) verdict.stale.add(words(entityId));
    met.add(entityId);
  }
  for (const name of left.keys()) if (!met.has(name)) verdict.lost.add(words(name));
}

function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += WORDS_AT_ONCE) yield items.slice(start, start + WORDS_AT_ONCE);
}
