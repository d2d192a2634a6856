import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import { createContext, type OwnedContext } from '@tributary/connectors/kit/connector-context';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { ConnectorContext, Logger, TrialLimits } from '@tributary/connectors/kit/context';
import type { HttpClient } from '@tributary/connectors/kit/http-client';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { NetworkPolicy } from '@tributary/connectors/kit/network-guard';
import { givenSettings, settingsForReading } from '@tributary/connectors/protocol/given-settings';
import type { Exchange } from '@tributary/connectors/recording/exchange';
import type { HandClock } from '@tributary/connectors/recording/hand-clock';
import { readOnce, type StreamRead, type StreamTrial } from './stream-trial.ts';

/** What a trial is made with: a source, or a recording that plays one. */
export interface TrialGround {
  readonly connector: Connector;
  readonly config: JsonObject;
  readonly limits: TrialLimits;
  /** Names; absent: all. */
  readonly streams?: readonly string[] | undefined;
  readonly clock: HandClock;
  readonly signal: AbortSignal;
  readonly policy: NetworkPolicy;
  /** What the streams ask through; `real` reaches the network. */
  http(real: HttpClient): HttpClient;
  questions(): readonly Exchange['request'][];
  /** The connector has changed its configuration by itself. */
  changed?(config: JsonObject): void;
}

export interface Trial {
  /** Why the check failed. */
  readonly checkFailure?: string;
  readonly account?: string;
  /** Why the streams could not be told. */
  readonly discoverFailure?: string;
  readonly streams: readonly StreamTrial[];
  /** Chosen streams that there are not. */
  readonly missing: readonly string[];
  /** What the connector logged as a warning. */
  readonly warnings: readonly string[];
}

/**
 * Checks, discovers, reads every stream, and reads those that go on from a state once more. Every part begins at the same time, so that what
 * a recording saw is seen again when it is played.
 */
export async function runTrial(ground: TrialGround): Promise<Trial> {
  const session = new TrialSession(ground);
  try {
    const { connector, streams: chosen } = ground;
    const check = await attempt(ground, async () => connector.check(session.open(givenSettings)));
    const ctx = session.open(settingsForReading);
    const found = await attempt(ground, async () => connector.discover(ctx));
    const wanted = (found.value ?? []).filter(({ name }) => chosen?.includes(name) ?? true);
    const streams = await readAll(session, ctx, wanted);
    return {
      ...(check.value ? { account: check.value.account } : { checkFailure: check.failure ?? '' }),
      ...(found.failure !== undefined && { discoverFailure: found.failure }),
      streams,
      missing: (chosen ?? []).filter((name) => found.value && !found.value.some((stream) => stream.name === name)),
      warnings: [...session.warnings],
    };
  } finally {
    await session.close();
  }
}

async function readAll(
  session: TrialSession,
  ctx: ConnectorContext,
  streams: readonly Stream[],
): Promise<readonly StreamTrial[]> {
  const { questions } = session.ground;
  const firsts: StreamTrial[] = [];
  for (const stream of streams) {
    session.ground.clock.rewind();
    firsts.push({ stream, first: await readOnce(stream, ctx, questions) });
  }
  const goesOn = ({ stream, first }: StreamTrial): boolean =>
    stream.incremental && first.failure === undefined && first.state !== undefined;
  if (!firsts.some(goesOn)) return firsts;
  // As the next job: nothing is known but the states.
  const later = session.open(settingsForReading);
  const found = await attempt(session.ground, async () => session.ground.connector.discover(later));
  const again = new Map((found.value ?? []).map((stream) => [stream.name, stream]));
  const both: StreamTrial[] = [];
  for (const trial of firsts) {
    const stream = again.get(trial.stream.name);
    session.ground.clock.rewind();
    if (!goesOn(trial)) both.push(trial);
    else if (stream) both.push({ ...trial, second: await readOnce(stream, later, questions, trial.first.state) });
    else both.push({ ...trial, second: notFound(found.failure) });
  }
  return both;
}

const notFound = (failure = 'The stream is not there any more.'): StreamRead => ({
  rows: [],
  keys: [],
  state: undefined,
  questions: [],
  failure,
});

class TrialSession {
  readonly ground: TrialGround;
  readonly warnings = new Set<string>();
  readonly #opened: OwnedContext[] = [];
  #config: JsonObject;

  constructor(ground: TrialGround) {
    this.ground = ground;
    this.#config = ground.config;
  }

  /** A context as a new job has it, with the configuration as it stands now. Throws `ConnectorError('configuration')`. */
  open(settings: typeof givenSettings): ConnectorContext {
    const { connector, clock, signal, policy, limits, http, changed } = this.ground;
    clock.rewind();
    const ctx = createContext({
      connector,
      ...settings(connector, this.#config),
      policy,
      roots: [],
      refused: [],
      clock,
      log: this.#log,
      signal,
      streamsAlone: true,
      keepConfiguration: (config) => {
        this.#config = config;
        changed?.(config);
        return Promise.resolve();
      },
    });
    this.#opened.push(ctx);
    const refuse = (): Promise<never> =>
      Promise.reject(new ConnectorError('refused', 'A trial of a manifest speaks HTTP only.'));
    return { ...ctx, http: http(ctx.http), connect: refuse, options: { ...ctx.options, trial: limits } };
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((ctx) => ctx.close()));
  }

  readonly #log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: ({ stream }, message) =>
      void this.warnings.add(
        typeof stream === 'string' && !message.includes(stream) ? `${stream}: ${message}` : message,
      ),
  };
}

interface Attempt<Value> {
  readonly value?: Value;
  readonly failure?: string;
}

async function attempt<Value>({ signal }: TrialGround, what: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await what() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ConnectorError)) throw error;
    return { failure: error.message };
  }
}
