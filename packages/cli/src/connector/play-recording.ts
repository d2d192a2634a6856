import { secretValues } from '@tributary/connectors/manifest/configuration/secret-values';
import type { ExpectedStreams } from '@tributary/connectors/recording/expected-streams';
import { handClock } from '@tributary/connectors/recording/hand-clock';
import { replayingClient } from '@tributary/connectors/recording/replaying-client';
import { withFreshKeys } from '@tributary/connectors/recording/secret-stand-in';
import type { AuthorFolder } from './author-folder.ts';
import type { Recording } from './recording-folder.ts';
import { runTrial, type Trial } from './trial.ts';
import { trialReport, type TrialReport } from './trial-report.ts';

export interface Played {
  readonly report: TrialReport;
  /** What the streams gave, to be expected from now on; those that failed keep what was expected of them. */
  readonly given: ExpectedStreams;
}

export interface PlayOptions {
  readonly expected: ExpectedStreams | undefined;
  /** Nothing is compared: what the streams give is expected from now on. */
  readonly renews: boolean;
  readonly signal: AbortSignal;
}

/** Runs a connector against what was recorded of its source; nothing reaches the network. */
export async function playRecording(
  folder: AuthorFolder,
  { exchanges, settings }: Recording,
  { expected, renews, signal }: PlayOptions,
): Promise<Played> {
  const config = withFreshKeys(settings.config);
  const clock = handClock(Date.parse(settings.recordedAt));
  const player = replayingClient(exchanges, { clock, signal, secrets: secretValues(folder.specification, config) });
  const trial = await runTrial({
    connector: folder.lenient,
    config,
    limits: { pages: settings.pages, slices: settings.slices },
    streams: settings.streams,
    clock,
    signal,
    policy: { allow: [] },
    http: () => player,
    questions: () => player.questions,
  });
  const { definitions } = folder;
  return {
    report: trialReport(trial, {
      exchanges,
      unused: player.unused,
      expected: renews ? undefined : expected,
      definitions,
    }),
    given: { ...failedBefore(trial, expected), ...givenBy(trial) },
  };
}

const givenBy = ({ streams }: Trial): ExpectedStreams =>
  Object.fromEntries(
    streams
      .filter(({ first }) => first.failure === undefined)
      .map(({ stream, first: { rows, keys } }) => {
        const [firstKey] = keys;
        return [stream.name, { records: rows.length, ...(firstKey !== undefined && { firstKey }) }];
      }),
  );

const failedBefore = ({ streams }: Trial, expected: ExpectedStreams = {}): ExpectedStreams => {
  const failed = streams.filter(({ first }) => first.failure !== undefined).map(({ stream }) => stream.name);
  return Object.fromEntries(Object.entries(expected).filter(([name]) => failed.includes(name)));
};
