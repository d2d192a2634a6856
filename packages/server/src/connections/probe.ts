import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import type { OwnedContext } from '@tributary/connectors/kit/connector-context';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import type { DatabaseSchema } from '@tributary/connectors/kit/database-schema';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { errors } from '../errors.ts';
import type { ContextFactory } from './context.ts';
import type { CredentialRequest, CredentialSource } from './credential-source.ts';
import type { FillSettings } from './fill-settings.ts';
import type { KeepConfiguration } from './keep-configuration.ts';
import { previewStreams } from './preview.ts';
import type { PreviewIntake, StreamPreview } from './preview.ts';
import { sampleStreams } from './sample.ts';
import type { Sampling, StreamSample } from './sample.ts';

export interface ProbeInput {
  /** The stored connection that is asked with; absent while its settings are not stored yet. */
  readonly connection?: CredentialRequest['connection'];
  readonly connector: Connector;
  readonly config: JsonObject;
  /** As opened from the vault, or as they would be sealed. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** The stored connection whose environment placeholders are of, where other settings of it are tried. */
  readonly placeholdersOf?: CredentialRequest['connection'];
  /** Called with settings that the connector changes while no stored connection is named. */
  readonly keepConfiguration?: (configuration: JsonObject) => Promise<void>;
  /** What the connector takes, when it is open already; `credentials` is not looked at then. */
  readonly opened?: unknown;
  /** Hears of streams that cannot be offered, when they are discovered. */
  readonly tellBroken?: ConnectorContext['tellBroken'];
}

/** Asks sources on behalf of the API, within bounds: a live check, a discovery, a look at the first records. */
export interface Probe {
  /** Proves that configuration and credentials work; throws the catalogue's errors. */
  check(input: ProbeInput): Promise<{ readonly account: string }>;
  /** The streams of the account; throws the catalogue's errors. */
  discover(input: ProbeInput): Promise<readonly Stream[]>;
  /** Up to ten records of each selected stream as they would be stored; throws the catalogue's errors. */
  preview(input: ProbeInput, intake: PreviewIntake): Promise<readonly StreamPreview[]>;
  /** The tables of a database as it describes them; undefined for other sources. Throws the catalogue's errors. */
  inspect(input: ProbeInput): Promise<DatabaseSchema | undefined>;
  /** The first rows of every stream that is wanted, within bounds of rows and time. Throws the catalogue's errors. */
  sample(input: ProbeInput, sampling: Sampling): Promise<ReadonlyMap<string, StreamSample>>;
  /** Has the connector take back what reading has left at the source, when it can; throws the catalogue's errors. */
  release(input: ProbeInput): Promise<void>;
}

function translate(shortName: string, error: unknown): Error {
  if (!(error instanceof ConnectorError)) {
    return errors.source_check_failed({ shortName, reason: error instanceof Error ? error.name : 'unknown failure' });
  }
  const reason = error.message;
  switch (error.reason) {
    case 'credential':
      return errors.credentials_refused({ shortName, reason });
    case 'refused':
      return errors.host_access_refused({ reason });
    case 'rate_limited':
      return errors.source_rate_limited({
        shortName,
        retryAfterSeconds: Math.ceil((error.retryAfterMs ?? 60_000) / 1000),
      });
    case 'unavailable':
    case 'invalid_answer':
      return errors.source_unreachable({ shortName, reason });
    case 'configuration':
    case 'cursor_expired':
      return errors.source_check_failed({ shortName, reason });
  }
}

/** Of the time that a preview has, the part after which it gives what it has read. */
const PREVIEW_SHARE = 0.8;
const SAMPLE_SHARE = 0.3;

/** Makes a probe; `timeoutMs` bounds each call. */
export function createProbe(options: {
  readonly makeContext: ContextFactory;
  readonly credentials: CredentialSource;
  readonly fill: FillSettings;
  readonly keepConfiguration?: KeepConfiguration;
  readonly timeoutMs: number;
}): Probe {
  const ask = async <T>(given: ProbeInput, call: (ctx: ConnectorContext) => Promise<T>): Promise<T> => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const onLate = (): void =>
      reject(new ConnectorError('unavailable', `no answer within ${options.timeoutMs / 1000} s`));
    signal.addEventListener('abort', onLate, { once: true });
    let ctx: OwnedContext | undefined;
    try {
      const stored = given.connection ?? given.placeholdersOf;
      const input = stored ? await Promise.race([options.fill(stored, given), late]) : given;
      const credentials = input.opened ?? (await Promise.race([options.credentials.open(input), late]));
      const { connection, connector } = given;
      const keep = connection
        ? options.keepConfiguration?.({ connection, connector, credentials: given.credentials })
        : given.keepConfiguration;
      const kept = keep && { keepConfiguration: keep };
      ctx = options.makeContext({ ...input, credentials, cursorField: null, signal, ...kept });
      return await Promise.race([call(ctx), late]);
    } catch (error) {
      throw translate(given.connector.id, error);
    } finally {
      await ctx?.close();
      signal.removeEventListener('abort', onLate);
    }
  };
  return {
    check: (input) => ask(input, (ctx) => input.connector.check(ctx)),
    discover: (input) =>
      ask(input, (ctx) =>
        input.connector.discover({ ...ctx, ...(input.tellBroken && { tellBroken: input.tellBroken }) }),
      ),
    preview: (input, intake) =>
      ask(input, (ctx) => {
        const signal = AbortSignal.timeout(options.timeoutMs * PREVIEW_SHARE);
        return previewStreams(input.connector, ctx, intake, signal);
      }),
    inspect: (input) => ask(input, async (ctx) => input.connector.inspect?.(ctx)),
    sample: (input, sampling) =>
      ask(input, (ctx) => {
        const signal = AbortSignal.timeout(options.timeoutMs * SAMPLE_SHARE);
        return sampleStreams(input.connector, ctx, sampling, signal);
      }),
    async release(input) {
      const { connector } = input;
      if (connector.release) await ask(input, async (ctx) => connector.release?.(ctx));
    },
  };
}
