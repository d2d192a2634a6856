import type { JsonObject } from '@tributary/connectors/kit/json';
import { schemaIssues } from '@tributary/connectors/manifest/configuration/schema-check';
import type { ExpectedStreams } from '@tributary/connectors/recording/expected-streams';
import { answersOf, type PlayedAnswers } from './played-answers.ts';
import type { StreamRead, StreamTrial } from './stream-trial.ts';

export interface StreamVerdict {
  /** What makes the test fail, each with what to change. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface VerdictGround {
  /** Absent: nothing is expected yet. */
  readonly expected: ExpectedStreams | undefined;
  readonly answers: PlayedAnswers;
  /** The definition of the stream, where the manifest has it by name. */
  readonly definition: JsonObject | undefined;
}

const MOST_SHOWN = 3;

/** Judges what was read of a stream, in words that say what to change. */
export function streamVerdict(trial: StreamTrial, ground: VerdictGround): StreamVerdict {
  const { first } = trial;
  if (first.failure !== undefined) return { problems: [first.failure], warnings: [] };
  const empty = first.rows.length === 0 ? emptyWords(trial, ground) : undefined;
  const unexpected = expectationProblem(trial, ground, empty);
  const problems = [unexpected, stateProblem(first), ...keyProblems(trial), ...secondProblems(trial, ground)];
  const warnings = [
    unexpected === undefined ? empty : undefined,
    ...schemaWarnings(trial),
    trial.stream.primaryKey || first.rows.length === 0
      ? undefined
      : 'It has no `primary_key`: a record that changes at the source becomes another one here.',
  ];
  return {
    problems: problems.filter((one) => one !== undefined),
    warnings: warnings.filter((one) => one !== undefined),
  };
}

function emptyWords({ first }: StreamTrial, { answers }: VerdictGround): string {
  if (first.questions.length === 0) return 'It asked for nothing: its partitions or its time windows are empty.';
  const { lists, statuses } = answersOf(answers, first.questions);
  const said = statuses.filter((status) => status >= 400);
  if (said.length > 0)
    return `It read no record; the source answered ${said.join(', ')}, which its error handling passes over.`;
  if (lists.length === 0) return 'It read no record: no answer holds a list of records.';
  return `It read no record, though its answers have lists at ${lists.join(', ')}: look at \`field_path\` of its \`record_selector\`, and at its \`record_filter\`.`;
}

function expectationProblem(
  { stream, first }: StreamTrial,
  { expected }: VerdictGround,
  empty: string | undefined,
): string | undefined {
  if (!expected) return undefined;
  const wanted = expected[stream.name];
  const renew = 'If that is right, write it down with `--update`.';
  if (!wanted) return `Nothing is expected of it yet. ${renew}`;
  if (wanted.records !== first.rows.length)
    return `${counted(wanted.records, 'record')} were expected, and it read ${first.rows.length}. ${empty ?? 'Look at its `field_path`, `record_filter` and `paginator`.'} ${renew}`;
  const [key] = first.keys;
  // Keys that are not there are told of by themselves.
  if (wanted.firstKey !== key && !(key !== undefined && isHash(key)))
    return `Its first record was expected under the key ${wanted.firstKey}, and has ${key}: look at \`primary_key\`. ${renew}`;
  return undefined;
}

const stateProblem = ({ state }: StreamRead): string | undefined =>
  state === undefined ? 'It came to its end without a state.' : undefined;

/** Keys are there, and each is of one record. */
function keyProblems({ stream, first }: StreamTrial): readonly string[] {
  if (!stream.primaryKey) return [];
  const whole = first.keys.filter((key) => !isHash(key));
  const missing = first.keys.length - whole.length;
  const doubled = [...Map.groupBy(whole, (key) => key)].filter(([, same]) => same.length > 1).map(([key]) => key);
  const named = stream.primaryKey.map((path) => `\`${path}\``).join(', ');
  return [
    ...(missing > 0
      ? [
          `${missing} of its ${first.keys.length} records have nothing at ${named}: name another field as \`primary_key\`.`,
        ]
      : []),
    ...(doubled.length > 0
      ? [
          `Several of its records have the same key (${shortened(doubled)}), so that only the last of each stays: \`primary_key\` ${named} is not enough, or pages overlap.`,
        ]
      : []),
  ];
}

/** The kit's key of a record that has none of its own. */
const isHash = (key: string): boolean => /^sha256:[0-9a-f]{40}$/.test(key);

function secondProblems({ first, second }: StreamTrial, { definition }: VerdictGround): readonly string[] {
  if (!second) return [];
  if (second.failure !== undefined)
    return [`The read after it, which goes on from its state, failed: ${second.failure}`];
  const known = new Map(first.rows.map((row, at) => [JSON.stringify(row), first.keys[at]]));
  const moved = second.rows.filter((row, at) => {
    const key = known.get(JSON.stringify(row));
    return key !== undefined && key !== second.keys[at];
  });
  const before = new Set(first.questions.map((question) => JSON.stringify(question)));
  const same = second.questions.every((question) => before.has(JSON.stringify(question)));
  const filters = filtersHere(definition);
  return [
    ...(moved.length > 0
      ? [
          `The read after it gave ${counted(moved.length, 'record')} again under another key: \`primary_key\` must not change.`,
        ]
      : []),
    ...(same && first.rows.length > 0 && !filters
      ? [
          'The read after it asked the same as the first one, and not from its state on: give its `incremental_sync` a `start_time_option`, or set `is_client_side_incremental`.',
        ]
      : []),
  ];
}

/** The source cannot filter, so that what is old is left out here. */
function filtersHere(definition: JsonObject | undefined): boolean {
  const sync = definition?.['incremental_sync'] as JsonObject | undefined;
  return sync?.['is_client_side_incremental'] === true || sync?.['is_data_feed'] === true;
}

function schemaWarnings({ stream, first }: StreamTrial): readonly string[] {
  const issues = first.rows.flatMap((row) => schemaIssues(stream.jsonSchema, row));
  if (issues.length === 0) return [];
  const [...different] = new Set(issues.map((issue) => issue.replace(/^the settings:/, 'the record:')));
  return [`Its records do not fit its schema: ${shortened(different, '; ')}.`];
}

const shortened = (all: readonly string[], between = ', '): string =>
  `${all.slice(0, MOST_SHOWN).join(between)}${all.length > MOST_SHOWN ? ` and ${all.length - MOST_SHOWN} more` : ''}`;

const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
