import type { JsonObject } from '@tributary/connectors/kit/json';
import { secretValues } from '@tributary/connectors/manifest/configuration/secret-values';
import { handClock } from '@tributary/connectors/recording/hand-clock';
import { recordingClient } from '@tributary/connectors/recording/recording-client';
import { withInnerSecrets, withoutSecrets } from '@tributary/connectors/recording/secret-stand-in';
import { Tape } from '@tributary/connectors/recording/tape';
import { systemClock } from '@tributary/server/lib/clock';
import { CliError } from '../exit-codes.ts';
import type { AuthorFolder } from './author-folder.ts';
import type { Recording } from './recording-folder.ts';
import { runTrial, type Trial } from './trial.ts';

/** Partitions and time windows of a stream that are recorded; more show nothing new. */
const SLICES = 5;

export interface RecordOptions {
  readonly config: JsonObject;
  readonly pages: number;
  readonly streams: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

export interface Recorded extends Recording {
  /** The configuration as the connector has changed it (refresh tokens that are good for one use); absent when it has not. */
  readonly changed: JsonObject | undefined;
}

/**
 * Reads the source and gives what it answered, without secrets. Throws `CliError('sync_failed')` when something could not be read: half a
 * recording would fail by itself.
 */
export async function recordAnswers(folder: AuthorFolder, options: RecordOptions): Promise<Recorded> {
  const { config, pages, streams, signal } = options;
  const { specification } = folder;
  const tape = new Tape();
  const secrets = secretValues(specification, config);
  tape.hide(withInnerSecrets(secrets));
  // Whole seconds, since that is what most formats of time say.
  const startedAt = Math.floor(systemClock.now() / 1000) * 1000;
  let changed: JsonObject | undefined;
  const trial = await runTrial({
    connector: folder.connector,
    config,
    limits: { pages, slices: SLICES },
    streams,
    clock: handClock(startedAt, (ms, abort) => systemClock.sleep(ms, abort)),
    signal,
    policy: { allow: 'all' },
    http: (real) => recordingClient(real, tape),
    questions: () => tape.questions,
    changed(now) {
      changed = now;
      tape.hide(withInnerSecrets(secretValues(specification, now)));
    },
  });
  failUnlessRead(trial);
  const recordedAt = new Date(startedAt).toISOString();
  const settings = {
    recordedAt,
    pages,
    slices: SLICES,
    ...(streams && { streams }),
    config: withoutSecrets(config, secrets),
  };
  return { exchanges: tape.exchanges(), settings, changed };
}

function failUnlessRead({ checkFailure, discoverFailure, streams, missing }: Trial): void {
  const failed = streams.flatMap(({ stream: { name }, first, second }) => {
    const failure = first.failure ?? second?.failure;
    return failure === undefined ? [] : [failure.includes(name) ? failure : `${name}: ${failure}`];
  });
  const reasons = [
    ...(checkFailure === undefined ? [] : [`check: ${checkFailure}`]),
    ...(discoverFailure === undefined || discoverFailure === checkFailure ? [] : [`discover: ${discoverFailure}`]),
    ...failed,
    ...missing.map((name) => `There is no stream ${name}.`),
  ];
  if (reasons.length === 0) return;
  const advice = failed.length > 0 ? ' Mend these, or name the others with --streams.' : '';
  throw new CliError('sync_failed', `Nothing was written. ${reasons.join(' ')}${advice}`);
}
