import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Cluster } from '../../types/elasticsearch/cluster.ts';
import type { Config } from './config.ts';

export interface FoundIndex {
  /** Of an index or a data stream. */
  readonly name: string;
  /** Fields whose values grow with time, by their types; the best first. */
  readonly cursorFields: readonly CursorField[];
}

export interface CursorField {
  readonly name: string;
  readonly isDate: boolean;
}

const CURSOR_TYPES = new Set(['date', 'long', 'integer', 'unsigned_long']);
const LIKELY = ['updated_at', 'updatedAt', 'last_modified', 'modified', '@timestamp', 'timestamp', 'created_at'];

const matches = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });

interface Resolved {
  readonly indices?: readonly {
    readonly name: string;
    readonly attributes?: readonly string[];
    readonly data_stream?: string;
  }[];
  readonly data_streams?: readonly { readonly name: string }[];
}

/** The indices and data streams to read, sorted by name. Throws `ConnectorError`. */
export async function findIndices(cluster: Cluster, config: Config): Promise<readonly FoundIndex[]> {
  const given = config.indices.length > 0 ? config.indices : config.indexName === null ? [] : [config.indexName];
  const path = '/_resolve/index/*?expand_wildcards=all';
  const all = (await cluster.ask({ method: 'GET', path })).json() as unknown as Resolved;
  if (!Array.isArray(all.indices))
    throw new ConnectorError(
      'invalid_answer',
      'The host does not list indices as Elasticsearch does; check host and port.',
    );
  const found = [
    ...all.indices
      // What belongs to a data stream is read with it; a closed index cannot be.
      .filter(({ attributes = [], data_stream: stream }) => stream === undefined && !attributes.includes('closed'))
      .map(({ name, attributes = [] }) => ({ name, isHidden: name.startsWith('.') || attributes.includes('hidden') })),
    ...(all.data_streams ?? []).map(({ name }) => ({ name, isHidden: name.startsWith('.') })),
  ];
  const names = found
    .filter(({ name, isHidden }) => (isHidden ? given.includes(name) : given.length === 0 || matches(given, name)))
    .map(({ name }) => name)
    .filter((name) => !matches(config.exclude_indices, name))
    .toSorted((one, other) => (one < other ? -1 : 1));
  const result: FoundIndex[] = [];
  for (const name of names) result.push({ name, cursorFields: await cursorFieldsOf(cluster, name) });
  return result;
}

async function cursorFieldsOf(cluster: Cluster, index: string): Promise<readonly CursorField[]> {
  const path = `/${encodeURIComponent(index)}/_mapping`;
  const mappings = Object.values((await cluster.ask({ method: 'GET', path })).json() as JsonObject) as {
    readonly mappings?: { readonly properties?: Readonly<Record<string, { readonly type?: string }>> };
  }[];
  // Of a data stream the newest index counts, which comes last.
  const fields = Object.entries(mappings.at(-1)?.mappings?.properties ?? {});
  const rank = (name: string): number => (LIKELY.includes(name) ? LIKELY.indexOf(name) : LIKELY.length);
  return fields
    .filter(([, { type = '' }]) => CURSOR_TYPES.has(type))
    .map(([name, { type = '' }]) => ({ name, isDate: type === 'date' }))
    .toSorted((a, b) => rank(a.name) - rank(b.name) || Number(b.isDate) - Number(a.isDate));
}
