import type { JsonObject } from '../../../src/kit/json.ts';
import { manifestConnector } from '../../../src/manifest/connector/manifest-connector.ts';
import { caseAnswers } from '../case-answers.ts';
import { startLoopback } from '../loopback-server.ts';
import { readSource } from '../run-source.ts';
import { tickingClock } from '../ticking-clock.ts';
import { expectSame, notApplicable } from '../verdict.ts';
import type { ParamJudge, ParamRow } from './param-table.ts';

const CONFIG = { start_date: '2024-01-01T00:00:01Z', credentials: { email: 'email', api_token: 'api_token' } };
/** What the test of the migrations begins with; its rows have the states alone, and the read is in a row of its own. */
const FLAT_STATE = { created_at: '2024-01-02T00:00:00Z' };

/** A read of the row's manifest against its recorded answers: the records, and the last state. */
async function outcomeOf(row: ParamRow): Promise<{ records: readonly JsonObject[]; state: JsonObject | undefined }> {
  const manifest = row['manifest'] as JsonObject & { readonly check: { readonly stream_names: readonly string[] } };
  const [name] = manifest.check.stream_names;
  const recorded = (row['mock_requests'] as readonly (readonly [string, unknown])[]).map(([url, json]) => ({
    method: 'GET',
    url,
    ...(json === null ? { status: 404 } : { status: 200, json }),
  }));
  const answers = caseAnswers(recorded);
  const server = await startLoopback((request) => answers.answer(request));
  try {
    const stream = { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] };
    const catalog = { streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' }] };
    const state = [{ type: 'STREAM', stream: { stream_descriptor: { name }, stream_state: row['initial_state'] } }];
    const connector = manifestConnector({ id: 'row', manifest });
    const run = { connector, config: CONFIG, port: server.port, clock: tickingClock() };
    const messages = await readSource(run, catalog, state);
    return {
      records: messages.flatMap((one) => (one.type === 'RECORD' ? [one.record.data] : [])),
      state: messages.flatMap((one) => (one.type === 'STATE' ? [one.state.stream.stream_state] : [])).at(-1),
    };
  } finally {
    await server.close();
  }
}

const read: ParamJudge = async (row) => {
  const { records, state } = await outcomeOf(row);
  const outcome = { records: byId(records), ...('expected_state' in row && { state: inOrder(state) }) };
  const expected = {
    records: byId(row['expected_records'] as readonly JsonObject[]),
    ...('expected_state' in row && { state: inOrder(row['expected_state']) }),
  };
  return expectSame(outcome, expected);
};

const byId = (records: readonly JsonObject[]): readonly JsonObject[] =>
  records.toSorted((a, b) => Number(a['id']) - Number(b['id']));

/** Partitions stand in a state in no order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(members.map(([key, member]) => [key, inOrder(member)]));
}

export const incrementalJudges: Readonly<Record<string, ParamJudge>> = {
  test_incremental_parent_state: read,
  test_incremental_parent_state_no_incremental_dependency: read,
  test_incremental_parent_state_no_slices: read,
  test_incremental_parent_state_no_records: read,
  test_incremental_substream_error: read,
  test_incremental_list_partition_router: read,
  test_incremental_error: read,
  test_incremental_substream_request_options_provider: read,
  test_incremental_parent_state_migration: (row) =>
    'manifest' in row
      ? read({ ...row, initial_state: FLAT_STATE })
      : notApplicable('the manifest that the states belong to is not in the row'),
};
