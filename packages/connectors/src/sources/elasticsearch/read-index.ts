import { z } from 'zod';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { openCluster } from '../../types/elasticsearch/cluster.ts';
import type { Config, ElasticsearchContext } from './config.ts';
import type { CursorField } from './find-indices.ts';
import { type Hit, openPointInTime, type PointInTime } from './point-in-time.ts';

/** Up to where an index was read, by a field that grows. */
export const IndexCursor = z.object({
  field: z.string(),
  /** As the cluster sorts by it: of dates milliseconds since the epoch. */
  value: z.number().nullable(),
});
export type IndexCursor = z.output<typeof IndexCursor>;

export interface Document extends JsonObject {
  readonly _id: string;
  readonly _index: string;
}

type IndexPage = Page<Document, IndexCursor>;

/** Writers' clocks differ, and what was written is searchable a little later: so much is read again, in milliseconds. */
const OVERLAP_MS = 60_000;
/** Sorts documents without the field last (`missing: _last`), and is what the cluster says for them. */
const NO_VALUE = 9_007_199_254_740_991;

/** Reads an index at one moment: all of it, or with a cursor field what is new since the last read. */
export async function* readIndex(
  ctx: ElasticsearchContext,
  index: string,
  field: CursorField | undefined,
  since: IndexCursor | undefined,
): AsyncGenerator<IndexPage> {
  ctx.signal.throwIfAborted();
  const cluster = openCluster({ ...ctx, settings: ctx.config });
  const moment = await openPointInTime(cluster, index);
  try {
    // Another field was chosen meanwhile: its values are no others' values.
    const from = since?.field === field?.name ? since : undefined;
    yield* field === undefined ? listAll(ctx, moment) : readSince(ctx, moment, field, from);
  } finally {
    await moment.close();
  }
}

async function* pagesOf(
  { config, signal }: Pick<ElasticsearchContext, 'signal'> & { readonly config: Config },
  moment: PointInTime,
  body: JsonObject,
): AsyncGenerator<readonly Hit[]> {
  let after: readonly Json[] | undefined;
  for (;;) {
    signal.throwIfAborted();
    const hits = await moment.search({ ...body, size: config.page_size, ...(after && { search_after: [...after] }) });
    if (hits.length > 0) yield hits;
    after = hits.at(-1)?.sort;
    if (hits.length < config.page_size || after === undefined) return;
  }
}

const documentOf = ({ _id, _index, _source }: Hit): Document => ({ ..._source, _id, _index });

async function* listAll(ctx: ElasticsearchContext, moment: PointInTime): AsyncGenerator<IndexPage> {
  const body = { sort: [{ [moment.tieBreaker]: 'asc' }] };
  for await (const hits of pagesOf(ctx, moment, body)) yield { upserts: hits.map(documentOf) };
}

async function* readSince(
  ctx: ElasticsearchContext,
  moment: PointInTime,
  field: CursorField,
  since: IndexCursor | undefined,
): AsyncGenerator<IndexPage> {
  const value = since?.value ?? undefined;
  const body = {
    sort: [{ [field.name]: { order: 'asc', missing: '_last' } }, { [moment.tieBreaker]: 'asc' }],
    ...(value !== undefined && { query: newerThan(field, value) }),
  };
  let cursor: IndexCursor = { field: field.name, value: value ?? null };
  for await (const hits of pagesOf(ctx, moment, body)) {
    for (const { sort } of hits) {
      const at = sort?.[0];
      if (typeof at === 'number' && at < NO_VALUE) cursor = { field: field.name, value: at };
    }
    yield { upserts: hits.map(documentOf), cursor };
  }
  yield { upserts: [], cursor, ...(since === undefined && { complete: true }) };
}

/** Documents without the field are always read: nobody can tell whether they are new. */
function newerThan({ name, isDate }: CursorField, value: number): JsonObject {
  const range = isDate ? { gte: value - OVERLAP_MS, format: 'epoch_millis' } : { gte: value };
  const should = [{ range: { [name]: range } }, { bool: { must_not: [{ exists: { field: name } }] } }];
  return { bool: { should, minimum_should_match: 1 } };
}
