import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { type Cluster, identify } from '../../types/elasticsearch/cluster.ts';

export interface Hit {
  readonly _id: string;
  readonly _index: string;
  readonly _source?: JsonObject;
  readonly sort?: readonly Json[];
}

/** An index as it is at one moment, however long the read takes. */
export interface PointInTime {
  /** A field that orders hits that are alike otherwise, and all of them when nothing else is given. */
  readonly tieBreaker: string;
  search(body: JsonObject): Promise<readonly Hit[]>;
  close(): Promise<void>;
}

const KEEP_ALIVE = '5m';

/** Throws `ConnectorError('configuration')` when the index is gone. */
export async function openPointInTime(cluster: Cluster, index: string): Promise<PointInTime> {
  const { isOpenSearch } = await identify(cluster);
  const opened = await cluster.ask({
    method: 'POST',
    path: `/${encodeURIComponent(index)}/${isOpenSearch ? '_search/point_in_time' : '_pit'}?keep_alive=${KEEP_ALIVE}`,
    accept: [404],
  });
  if (opened.status === 404)
    throw new ConnectorError('configuration', `There is no index ${index} any more; choose the indices again.`);
  const first = opened.json() as { readonly id?: string; readonly pit_id?: string };
  let id = first.id ?? first.pit_id;
  if (id === undefined) throw new ConnectorError('invalid_answer', `The cluster opened no point in time of ${index}.`);
  return {
    // OpenSearch has no `_shard_doc` in most of its versions.
    tieBreaker: isOpenSearch ? '_id' : '_shard_doc',
    async search(body) {
      const answer = await cluster.ask({
        method: 'POST',
        path: '/_search?allow_partial_search_results=false',
        json: { ...body, track_total_hits: false, pit: { id: id ?? '', keep_alive: KEEP_ALIVE } },
        accept: [404],
      });
      if (answer.status === 404)
        throw new ConnectorError('unavailable', `The cluster dropped the point in time of ${index}; it is read again.`);
      const { pit_id: next, hits } = answer.json() as {
        readonly pit_id?: string;
        readonly hits?: { readonly hits?: readonly Hit[] };
      };
      id = next ?? id;
      if (!Array.isArray(hits?.hits)) throw new ConnectorError('invalid_answer', `The search in ${index} has no hits.`);
      return hits.hits as readonly Hit[];
    },
    async close() {
      const request = isOpenSearch
        ? { path: '/_search/point_in_time', json: { pit_id: [id ?? ''] } }
        : { path: '/_pit', json: { id: id ?? '' } };
      // The cluster forgets it by itself a little later.
      await cluster.ask({ method: 'DELETE', ...request, accept: [404] }).catch(() => undefined);
    },
  };
}
