import type { Json, JsonObject } from '../../../src/kit/json.ts';
import type { MutableRecord } from '../../../src/manifest/model/records.ts';
import type { ManifestResponse, RequestParts, Requester } from '../../../src/manifest/model/request.ts';
import { EMPTY_SLICE } from '../../../src/manifest/model/slice.ts';
import type { NextPageToken } from '../../../src/manifest/model/slice.ts';
import { rigAnswer } from '../../../src/manifest/records/records-rig.ts';
import { mergeParts } from '../../../src/manifest/requests/merge-parts.ts';
import { SimpleRetriever } from '../../../src/manifest/retrievers/simple-retriever.ts';
import { silentLog } from '../../../src/testing/connector-probe.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import type { ParamJudge, ParamRow } from './param-table.ts';

interface Sending {
  readonly paginator: RequestParts;
  readonly slicer?: RequestParts;
  readonly requester?: RequestParts;
  readonly token?: NextPageToken;
  readonly firstPageOnly?: boolean;
}

/** What a retriever sends for one page, merged with what its requester says itself. */
async function sent({
  paginator,
  slicer = {},
  requester: own = {},
  token,
  firstPageOnly = false,
}: Sending): Promise<RequestParts> {
  let merged: RequestParts = {};
  const requester: Requester = {
    send(_, more) {
      merged = mergeParts([own, ...more]);
      return Promise.resolve({ type: 'ignored' });
    },
  };
  const retriever = new SimpleRetriever({
    ...QUIET,
    firstPageOnly,
    requester,
    paginator: { walk: () => ({ first: token, next: () => undefined }), parts: () => paginator },
  });
  await Array.fromAsync(retriever.read(EMPTY_SLICE, { providers: [{ parts: () => slicer }] }));
  return merged;
}

const QUIET = {
  stream: 'stream',
  selector: {
    async *select(response: ManifestResponse) {
      const records = response.json() as unknown as readonly MutableRecord[];
      yield { records, extracted: records.length };
    },
  },
  router: undefined,
  queryProperties: undefined,
  reset: undefined,
  readsParents: false,
  log: silentLog,
  signal: new AbortController().signal,
};

const fields = (value: unknown): Readonly<Record<string, Json>> => value as Readonly<Record<string, Json>>;

/** The same mapping in each place of a request; `null` expects that the parts do not fit together. */
async function everywhere(
  sending: (mapping: (given: unknown) => RequestParts) => Sending,
  expected: unknown,
): Promise<Verdict> {
  for (const place of ['params', 'headers', 'bodyData', 'bodyJson'] as const) {
    const sends = (): Promise<RequestParts> => sent(sending((given) => ({ [place]: fields(given) })));
    const verdict = expected === null ? await expectThrow(sends) : expectSame((await sends())[place] ?? {}, expected);
    if (verdict.type !== 'passed') return verdict;
  }
  return { type: 'passed' };
}

const TOKEN: NextPageToken = { next_page_token: '1000' };

const bodyParts = (given: unknown): RequestParts => ({ bodyData: given as string | Readonly<Record<string, Json>> });

export const simpleRetrieverJudges: Readonly<Record<string, ParamJudge>> = {
  test_get_request_options_from_pagination: (row) =>
    everywhere(
      (parts) => ({
        paginator: parts(row['paginator_mapping']),
        slicer: parts(row['request_options_provider_mapping']),
      }),
      row['expected_mapping'],
    ),
  async test_get_request_headers(row) {
    const sends = () =>
      sent({ paginator: { headers: fields(row['paginator_mapping']) }, requester: { headers: { key: 'value' } } });
    if (row['expected_mapping'] === null) return expectThrow(sends);
    const { headers = {} } = await sends();
    // They become texts where the request is written.
    return expectSame(
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value as string)])),
      row['expected_mapping'],
    );
  },
  // The test asks for a page behind a token in all its rows, whatever its column says.
  test_ignore_request_option_provider_parameters_on_paginated_requests: async (row) => {
    const sending = (parts: (given: unknown) => RequestParts): Sending => ({
      paginator: parts(row['paginator_mapping']),
      slicer: parts({ key_from_slicer: 'value' }),
      token: TOKEN,
      firstPageOnly: row['ignore_stream_slicer_parameters_on_paginated_requests'] === true,
    });
    return everywhere(sending, row['expected_mapping']);
  },
  async test_request_body_data(row) {
    const sends = () =>
      sent({
        paginator: bodyParts(row['paginator_body_data']),
        slicer: bodyParts(row['request_options_provider_body_data']),
      });
    return row['expected_body_data'] === null
      ? expectThrow(sends)
      : expectSame((await sends()).bodyData, row['expected_body_data']);
  },
  async test_path(row) {
    const path = row['paginator_path'] as string | null;
    return expectSame((await sent({ paginator: path === null ? {} : { path } })).path ?? null, row['expected_path']);
  },
};

/** Pages of a feed, the newest records first; each record is known or not. */
async function feed(
  pages: readonly (readonly JsonObject[])[],
  filters: boolean,
): Promise<{ ids: Json[]; requests: number }> {
  let requests = 0;
  const requester: Requester = {
    send: () => Promise.resolve({ type: 'response', response: rigAnswer([...(pages[requests++] ?? [])]) }),
  };
  const paginator = {
    walk: () => ({
      first: undefined,
      next: () => (requests < pages.length ? { next_page_token: requests } : undefined),
    }),
    parts: () => ({}),
  };
  const isPast = (record: MutableRecord): boolean => record['known'] === true;
  const retriever = new SimpleRetriever({ ...QUIET, firstPageOnly: false, requester, paginator });
  const control = { providers: [], isPast, ...(filters && { wants: (record: MutableRecord) => !isPast(record) }) };
  const read = (await Array.fromAsync(retriever.read(EMPTY_SLICE, control))).flat();
  return { ids: read.map((record) => record['id'] ?? null), requests };
}

const isFiltered = (row: ParamRow): boolean => row['is_client_side_incremental'] === true;

export const dataFeedJudges: Readonly<Record<string, ParamJudge>> = {
  async test_given_already_synced_records_on_page_then_stop_paginating_and_filter_them_out(row) {
    if (!isFiltered(row)) return notApplicable('a data feed of ours always filters; see the other row');
    return expectSame(await feed([[{ id: 1 }, { id: 2, known: true }], [{ id: 3, known: true }]], true), {
      ids: [1],
      requests: 1,
    });
  },
  async test_given_no_already_synced_records_then_paginate_until_the_end(row) {
    return expectSame(await feed([[{ id: 1 }], [{ id: 2 }]], isFiltered(row)), { ids: [1, 2], requests: 2 });
  },
};
