import type { JsonObject } from '../../../src/kit/json.ts';
import { buildCursor } from '../../../src/manifest/cursors/build-cursor.ts';
import { buildDecoder } from '../../../src/manifest/decoders/build-decoder.ts';
import type { MutableRecord } from '../../../src/manifest/model/records.ts';
import type { StreamSlice } from '../../../src/manifest/model/slice.ts';
import type { PartitionRouter } from '../../../src/manifest/model/stream.ts';
import { buildRecordSelector } from '../../../src/manifest/records/build-record-selector.ts';
import { definition, rigAnswer, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { expectSame } from '../verdict.ts';
import type { ParamJudge } from './param-table.ts';

const DATE = '%Y-%m-%d';
const RECORDS: readonly MutableRecord[] = ['2020-01-03', '2021-01-03', '2021-01-04', '2021-02-01', '2021-01-02'].map(
  (created_at, index) => ({ id: index + 1, created_at }),
);

const bounds = (datetime: unknown, datetime_format: string) => ({ type: 'MinMaxDatetime', datetime, datetime_format });

interface Filtering {
  readonly cursor: Record<string, unknown>;
  readonly router?: PartitionRouter;
  readonly state: JsonObject;
  readonly condition?: unknown;
  readonly records: readonly MutableRecord[];
}

/** The ids of records that selector and cursor keep in the first slice of a read. */
async function keptIds({ cursor: fields, router, state, condition, records }: Filtering): Promise<unknown[]> {
  const [build, stream] = [rigBuild(), rigStream()];
  const cursor = buildCursor(
    definition({
      type: 'DatetimeBasedCursor',
      start_datetime: bounds('2021-01-01', DATE),
      step: 'P10Y',
      cursor_field: 'created_at',
      cursor_granularity: 'P1D',
      is_client_side_incremental: true,
      ...fields,
    }),
    build,
    stream,
    router,
  ).begin(Object.keys(state).length > 0 ? state : undefined);
  const filter = { type: 'RecordFilter', condition: condition ?? '' };
  const extractor = { type: 'DpathExtractor', field_path: [] };
  const selector = buildRecordSelector(
    definition({ type: 'RecordSelector', extractor, record_filter: filter }),
    build,
    stream,
    buildDecoder(undefined, build, stream),
    { transformations: [], wants: (record, { slice }) => cursor.wants(record, slice) },
  );
  for await (const slice of cursor.slices()) {
    const pieces = await Array.fromAsync(selector.select(rigAnswer(JSON.stringify(records)), { slice }));
    return pieces.flatMap((piece) => piece.records.map(({ id }) => id));
  }
  return [];
}

const ONE_PARTITION: StreamSlice = {
  partition: { id: 'some_parent_id', parent_slice: {} },
  cursorSlice: {},
  extraFields: {},
};

const oneParent: PartitionRouter = {
  parts: () => ({}),
  // oxlint-disable-next-line typescript/require-await -- the interface is that of parents that are read
  async *partitions() {
    yield ONE_PARTITION;
  },
};

/** Judges of records that the cursor keeps or drops, whatever the source sends. */
export const clientSideFilterJudges: Readonly<Record<string, ParamJudge>> = {
  async test_client_side_record_filter_decorator_no_parent_stream(row) {
    const [format, end] = [String(row['datetime_format']), row['end_datetime']];
    const ids = await keptIds({
      cursor: { datetime_format: format, ...(end !== null && { end_datetime: bounds(end, format) }) },
      state: row['stream_state'] as JsonObject,
      condition: row['record_filter_expression'],
      records: row['records_to_filter'] as MutableRecord[],
    });
    return expectSame(ids, row['expected_record_ids']);
  },
  async test_client_side_record_filter_decorator_with_cursor_types(row) {
    const ids = await keptIds({
      cursor: {
        datetime_format: DATE,
        end_datetime: bounds('2021-01-05', DATE),
        global_substream_cursor: row['cursor_type'] === 'global_substream',
      },
      ...(row['cursor_type'] !== 'datetime' && { router: oneParent }),
      state: row['stream_state'] as JsonObject,
      records: RECORDS,
    });
    return expectSame(ids, row['expected_record_ids']);
  },
};
