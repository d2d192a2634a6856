import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/kit/json.ts';
import { manifestConnector } from '../../src/manifest/connector/manifest-connector.ts';
import { canonicalJson } from '../../src/manifest/model/canonical-json.ts';
import type { AirbyteMessage } from '../../src/protocol/messages.ts';
import { caseAnswers } from './case-answers.ts';
import type { CaseAnswers } from './case-answers.ts';
import { startLoopback } from './loopback-server.ts';
import type { Judged } from './report.ts';
import { readSource } from './run-source.ts';
import { tickingClock } from './ticking-clock.ts';
import { expectSame, PASSED } from './verdict.ts';
import type { Verdict } from './verdict.ts';

interface Case {
  readonly manifest: JsonObject;
  readonly config: unknown;
  readonly catalog: unknown;
  readonly state: unknown;
  readonly http: unknown;
  readonly expected: {
    readonly expected_records: readonly JsonObject[];
    readonly expected_state?: JsonObject;
    /** The recorded answers are those of reads from states in the middle, too. */
    readonly num_intermediate_states?: number;
  };
}

/** Judges every folder with a recorded read: once from its state, once from each state that this read has told. */
export async function* judgeCases(folder: string): AsyncGenerator<Judged> {
  for (const name of readdirSync(folder).toSorted()) {
    if (!existsSync(join(folder, name, 'manifest.json'))) continue;
    const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, name, file), 'utf8'));
    const given: Case = {
      manifest: read('manifest.json') as JsonObject,
      config: read('config.json'),
      catalog: read('configured_catalog.json'),
      state: read('state.json'),
      http: read('http.json'),
      expected: read('expected.json') as Case['expected'],
    };
    yield { group: 'cases', name, verdict: await judgeCase(given).catch(failed) };
  }
}

const failed = (error: unknown): Verdict => ({
  type: 'failed',
  detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

async function judgeCase(given: Case): Promise<Verdict> {
  const { messages, complaints } = await runCase(given, given.state);
  const { expected_records: records, expected_state: state } = given.expected;
  const errors = messages.flatMap((one) =>
    one.type === 'TRACE' && one.trace.type === 'ERROR' ? one.trace.error.message : [],
  );
  const same = expectSame(sorted(recordsOf(messages)), sorted(records));
  if (same.type === 'failed') return { ...same, detail: [same.detail, ...errors, ...complaints].join('; ') };
  const states = statesOf(messages);
  const sameState = state ? expectSame(stateForm(states.at(-1)), stateForm(state)) : PASSED;
  if (sameState.type !== 'passed') return sameState;
  // Where the state at the start is not told, the requests after it are not known either.
  const isWhole =
    Array.isArray(given.state) && given.state.length > 0 && given.expected.num_intermediate_states === undefined;
  if (isWhole && complaints.length > 0) return { type: 'failed', detail: complaints.join('; ') };
  return judgeResumed(given, messages);
}

/** From each state in the middle: what came before it and what comes from there are all records, and the end is the same. */
async function judgeResumed(given: Case, whole: readonly AirbyteMessage[]): Promise<Verdict> {
  const last = stateForm(statesOf(whole).at(-1));
  const all = new Set(sorted(given.expected.expected_records));
  for (const [at, message] of whole.entries()) {
    if (message.type !== 'STATE') continue;
    const { messages } = await runCase(given, [message.state]);
    const known = new Set(sorted([...recordsOf(whole.slice(0, at)), ...recordsOf(messages)]));
    const missing = [...all].filter((one) => !known.has(one));
    if (missing.length > 0)
      return {
        type: 'failed',
        detail: `from the state at message ${at}: ${missing.length} records are missing: ${missing[0]}`,
      };
    const state = expectSame(stateForm(statesOf(messages).at(-1)), last);
    if (state.type === 'failed') return { type: 'failed', detail: `from the state at message ${at}: ${state.detail}` };
  }
  return PASSED;
}

async function runCase(
  given: Case,
  state: unknown,
): Promise<{ messages: readonly AirbyteMessage[]; complaints: readonly string[] }> {
  const answers: CaseAnswers = caseAnswers(given.http);
  const server = await startLoopback((request) => answers.answer(request));
  try {
    const connector = manifestConnector({ id: 'case', manifest: given.manifest });
    const run = { connector, config: given.config, port: server.port, clock: tickingClock() };
    const messages = await readSource(run, given.catalog, state);
    return { messages, complaints: answers.complaints() };
  } finally {
    await server.close();
  }
}

const recordsOf = (messages: readonly AirbyteMessage[]): readonly JsonObject[] =>
  messages.flatMap((one) => (one.type === 'RECORD' ? [one.record.data] : []));
const statesOf = (messages: readonly AirbyteMessage[]): readonly JsonObject[] =>
  messages.flatMap((one) => (one.type === 'STATE' ? [one.state.stream.stream_state] : []));
const sorted = (records: readonly JsonObject[]): readonly string[] =>
  records.map((one) => canonicalJson(one)).toSorted();

/** Partitions stand in no order, at any depth. */
function stateForm(state: unknown): unknown {
  if (Array.isArray(state)) {
    return state.map(stateForm).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof state !== 'object' || state === null) return state;
  const names = Object.entries(state).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(names.map(([name, one]) => [name, stateForm(one)]));
}
