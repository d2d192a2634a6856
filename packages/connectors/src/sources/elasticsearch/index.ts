import { atPath, jsonLines, nameIn } from '../../documents/json-lines.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { RecordDescription, Stream } from '../../kit/connector.ts';
import { defineDynamicConnector, entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { identify, openCluster } from '../../types/elasticsearch/cluster.ts';
import { conditions, shape } from '../../types/elasticsearch/fields.ts';
import { auth, Config, type ElasticsearchContext } from './config.ts';
import { type CursorField, findIndices, type FoundIndex } from './find-indices.ts';
import { type Document, IndexCursor, readIndex } from './read-index.ts';

/** Documents of the indices of Elasticsearch or OpenSearch. */
export const elasticsearch = defineDynamicConnector(
  {
    id: 'elasticsearch',
    title: 'Elasticsearch',
    description: 'Reads the documents of indices and data streams of Elasticsearch or OpenSearch.',
    labels: ['Databases'],
    auth,
    config: Config,
    endpoint: Object.keys(shape) as (keyof typeof shape)[],
    limits: { requestsPerMinute: 6_000, concurrency: 4 },
    async check(ctx) {
      const cluster = clusterOf(ctx);
      const { name } = await identify(cluster);
      const found = await findIndices(cluster, ctx.config);
      if (found.length === 0)
        throw new ConnectorError('configuration', 'The cluster has none of the indices; check them.');
      return { account: name };
    },
  },
  async (ctx) => (await findIndices(clusterOf(ctx), ctx.config)).map((index) => streamOf(ctx, index)),
);

function clusterOf(ctx: ElasticsearchContext) {
  const [wrong] = conditions(ctx.config);
  if (wrong) throw new ConnectorError('configuration', `${wrong.path.join('.')}: ${wrong.message}`);
  return openCluster({ ...ctx, settings: ctx.config });
}

/** Documents have the fields that they have; these two are the cluster's. */
const SCHEMA: JsonObject = {
  type: 'object',
  properties: { _id: { type: 'string' }, _index: { type: 'string' } },
  required: ['_id', '_index'],
};

function streamOf(ctx: ElasticsearchContext, { name: index, cursorFields }: FoundIndex): Stream {
  const { cursorField } = ctx.options;
  const field: CursorField | undefined = cursorFields.find(({ name }) => name === cursorField);
  return {
    name: index,
    title: index,
    entityType: entityTypeName('elasticsearch', index),
    jsonSchema: SCHEMA,
    primaryKey: ['_id'],
    ...(cursorFields.length > 0 && { cursorFields: cursorFields.map(({ name }) => name) }),
    // Without a field that grows every document is listed in each run, and what is missing is gone.
    incremental: field !== undefined,
    deletes: field === undefined ? 'listing' : 'reported',
    key: (row) => (row as Document)._id,
    text: (row) => textOf(ctx.config, row as Document),
    describe: (row) => describeDocument(row as Document, field),
    parseCursor: (value) => IndexCursor.parse(value),
    read: (since) => readIndex(ctx, index, field, since as IndexCursor | undefined),
  };
}

function textOf({ text_fields: paths }: Pick<Config, 'text_fields'>, { _id, _index: _, ...source }: Document): string {
  const chosen = Object.fromEntries(paths.map((path) => [path, atPath(source, path) ?? null]));
  return jsonLines(paths.length === 0 ? source : chosen) || _id;
}

function describeDocument(row: Document, field: CursorField | undefined): RecordDescription {
  const written = field?.isDate ? atPath(row, field.name) : undefined;
  const at = typeof written === 'number' ? written : typeof written === 'string' ? Date.parse(written) : NaN;
  return {
    name: nameIn(row) ?? row._id,
    ...(Number.isFinite(at) && { updatedAt: at }),
    breadcrumbs: [{ id: row._index, name: row._index, type: 'index' }],
  };
}
