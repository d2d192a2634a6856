import { none } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import { z } from 'zod';
import { OraclePage, OraclePosition, OracleRow } from './oracle-row.ts';
import type { OracleStream } from './oracle-source.ts';

const Config = z.object({ url: z.url(), source: z.string() });
type Ctx = ConnectorContext<z.output<typeof Config>>;

const HTTP_GONE = 410;

async function fetchPage(
  { http, config }: Ctx,
  stream: OracleStream,
  at: OraclePosition | undefined,
  slice: string | undefined,
): Promise<z.output<typeof OraclePage>> {
  const query = { stream, ...(at && { at: JSON.stringify(at) }), ...(slice !== undefined && { slice }) };
  const answer = await http.request({ url: `${config.url}/${config.source}/page`, query, accept: [HTTP_GONE] });
  if (answer.status === HTTP_GONE) throw new ConnectorError('cursor_expired', 'The log does not go back so far.');
  return OraclePage.parse(answer.json());
}

async function* read(ctx: Ctx, stream: OracleStream, since: OraclePosition | undefined, slice?: string) {
  for (let at = since; ;) {
    const { next, cursor, ...page } = await fetchPage(ctx, stream, at, slice);
    yield { ...page, ...(cursor && { cursor }) };
    if (!next) return;
    at = next;
  }
}

const declared = defineConnector(
  {
    id: 'crash_oracle',
    title: 'Oracle',
    description: 'Knows the truth; for crash tests.',
    internal: true,
    auth: [none],
    config: Config,
    endpoint: ['url'],
    limits: { requestsPerMinute: 600_000, concurrency: 3 },
    async check({ http, config }) {
      await http.request({ url: `${config.url}/${config.source}/streams` });
      return { account: config.source };
    },
  },
  (stream) => {
    const base = { row: OracleRow, cursor: OraclePosition, key: (row: OracleRow) => row.id };
    return {
      changes: stream({
        ...base,
        title: 'Changes',
        incremental: true,
        read: (ctx, since) => read(ctx, 'changes', since),
      }),
      listing: stream({ ...base, title: 'Listing', read: (ctx, since) => read(ctx, 'listing', since) }),
      newest: stream({
        ...base,
        title: 'Newest',
        incremental: true,
        deletes: 'listing',
        read: (ctx, since) => read(ctx, 'newest', since),
      }),
      passing: stream({ ...base, title: 'Passing', read: (ctx, since) => read(ctx, 'passing', since) }),
      sliced: stream({
        ...base,
        title: 'Sliced',
        slices: () => Promise.resolve(['0', '1', '2', '3'].map((id) => ({ id }))),
        read: (ctx, since, slice) => read(ctx, 'sliced', since, slice?.id),
      }),
    };
  },
);

/** Reads the oracle over HTTP, as any connector reads its source; a stream may vanish. */
export const oracleConnector: Connector = {
  ...declared,
  async discover(ctx) {
    const { http, config } = ctx as Ctx;
    const answer = await http.request({ url: `${config.url}/${config.source}/streams` });
    const wanted = z.array(z.string()).parse(answer.json());
    return (await declared.discover(ctx)).filter((stream) => wanted.includes(stream.name));
  },
};
