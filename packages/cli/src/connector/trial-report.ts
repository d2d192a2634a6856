import type { JsonObject } from '@tributary/connectors/kit/json';
import type { ExpectedStreams } from '@tributary/connectors/recording/expected-streams';
import type { Exchange } from '@tributary/connectors/recording/exchange';
import { table } from '../table.ts';
import { printable, styled, type Terminal } from '../terminal.ts';
import { playedAnswers } from './played-answers.ts';
import type { StreamTrial } from './stream-trial.ts';
import { streamVerdict } from './stream-verdict.ts';
import type { Trial } from './trial.ts';

/** One stream as it is shown; public with `--json`. */
export interface StreamReport {
  readonly stream: string;
  readonly records: number;
  readonly requests: number;
  readonly state: JsonObject | null;
  readonly verdict: 'passed' | 'failed';
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** What `connector test` found; public with `--json`. */
export interface TrialReport {
  readonly verdict: 'passed' | 'failed';
  readonly check: { readonly verdict: 'passed' | 'failed'; readonly message: string };
  readonly streams: readonly StreamReport[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface ReportGround {
  readonly exchanges: readonly Exchange[];
  readonly unused: readonly Exchange[];
  readonly expected: ExpectedStreams | undefined;
  /** Definitions of the streams, by their names. */
  readonly definitions: ReadonlyMap<string, JsonObject>;
}

/** Judges a whole trial. */
export function trialReport(trial: Trial, ground: ReportGround): TrialReport {
  const answers = playedAnswers(ground.exchanges);
  const streams = trial.streams.map((one) => {
    const definition = ground.definitions.get(one.stream.name);
    return streamReport(one, streamVerdict(one, { expected: ground.expected, answers, definition }));
  });
  const gone = Object.keys(ground.expected ?? {}).filter(
    (name) => !trial.streams.some(({ stream }) => stream.name === name),
  );
  const problems = [
    ...(trial.discoverFailure === undefined ? [] : [`The streams cannot be told: ${trial.discoverFailure}`]),
    ...[...new Set([...gone, ...trial.missing])].map(
      (name) => `There is no stream ${name} any more; if that is right, write it down with \`--update\`.`,
    ),
    ...(trial.discoverFailure === undefined && streams.length === 0 ? ['There is no stream to be read.'] : []),
  ];
  const check = {
    verdict: trial.checkFailure === undefined ? ('passed' as const) : ('failed' as const),
    message: trial.checkFailure ?? trial.account ?? '',
  };
  const failed = [check, ...streams].some(({ verdict }) => verdict === 'failed') || problems.length > 0;
  return {
    verdict: failed ? 'failed' : 'passed',
    check,
    streams,
    problems,
    // After a failure, that something is left over is no news.
    warnings: [...trial.warnings, ...(failed ? [] : unusedWords(ground.unused))],
  };
}

function streamReport(
  { stream, first, second }: StreamTrial,
  { problems, warnings }: { readonly problems: readonly string[]; readonly warnings: readonly string[] },
): StreamReport {
  return {
    stream: stream.name,
    records: first.rows.length,
    requests: first.questions.length + (second?.questions.length ?? 0),
    state: first.state ?? null,
    verdict: problems.length > 0 ? 'failed' : 'passed',
    problems,
    warnings,
  };
}

function unusedWords(unused: readonly Exchange[]): readonly string[] {
  if (unused.length === 0) return [];
  const [first] = unused.map(({ request }) => `${request.method} ${request.url}`);
  const more = unused.length > 1 ? ` and ${unused.length - 1} more` : '';
  return [`Recorded, and not asked for: ${first}${more}. Pages may be left out, or the recording is old.`];
}

/** The report for people. */
export function reportText(terminal: Terminal, report: TrialReport): string {
  const { check, streams, problems, warnings } = report;
  const shown = table<StreamReport>(
    terminal,
    [
      { title: 'STREAM', value: (one) => one.stream },
      { title: 'RECORDS', value: (one) => one.records, align: 'right' },
      { title: 'REQUESTS', value: (one) => one.requests, align: 'right' },
      { title: 'VERDICT', value: verdictWord },
      { title: 'STATE', value: (one) => stateWord(one.state) },
    ],
    streams,
  );
  const red = (text: string): string => styled(terminal, 'red', text);
  const yellow = (text: string): string => styled(terminal, 'yellow', text);
  const notes = [
    ...(check.verdict === 'failed' && !isToldBelow(report) ? [red(`check: ${printable(check.message)}`)] : []),
    ...problems.map((text) => red(printable(text))),
    ...streams.flatMap((one) => one.problems.map((text) => red(printable(`${one.stream}: ${text}`)))),
    ...streams.flatMap((one) => one.warnings.map((text) => yellow(`warning: ${printable(`${one.stream}: ${text}`)}`))),
    ...warnings.map((text) => yellow(`warning: ${printable(text)}`)),
  ];
  return `check ${check.verdict}\n${shown}${notes.map((note) => `\n${note}\n`).join('')}`;
}

/** A check asks what the streams ask, so that mostly it fails for the same reason. */
const isToldBelow = ({ check, streams }: TrialReport): boolean =>
  streams.some(({ problems }) => problems.some((problem) => problem.includes(check.message)));

const verdictWord = ({ verdict, warnings }: StreamReport): string =>
  verdict === 'passed' && warnings.length > 0 ? 'passed, warnings' : verdict;

/** What the protocol says of a stream that keeps no state is no state for people. */
function stateWord(state: JsonObject | null): string {
  if (state === null) return 'none';
  const told = Object.entries(state).filter(([name]) => !name.startsWith('__ab_'));
  return told.length === 0 ? 'read whole' : JSON.stringify(Object.fromEntries(told)).slice(0, 200);
}
