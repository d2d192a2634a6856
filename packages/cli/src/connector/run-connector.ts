import type { Connector } from '@tributary/connectors/kit/connector';
import { createContext, type OwnedContext } from '@tributary/connectors/kit/connector-context';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { NetworkPolicy } from '@tributary/connectors/kit/network-guard';
import { checkMessages, type ContextMaker, discoverMessages } from '@tributary/connectors/protocol/connector-messages';
import { connectorSpec } from '@tributary/connectors/protocol/connector-spec';
import { type GivenSettings, givenSettings, settingsForReading } from '@tributary/connectors/protocol/given-settings';
import { readInputState } from '@tributary/connectors/protocol/input-state';
import { type AirbyteMessage, ConfiguredCatalog } from '@tributary/connectors/protocol/messages';
import { readMessages } from '@tributary/connectors/protocol/read-messages';
import { traceError } from '@tributary/connectors/protocol/trace-error';
import { systemClock } from '@tributary/server/lib/clock';

/** What the command lets a connector touch. */
export interface Surroundings {
  readonly roots: readonly string[];
  readonly policy: NetworkPolicy;
  readonly signal: AbortSignal;
}

export const spec = connectorSpec;

export async function* check(
  connector: Connector,
  given: unknown,
  surroundings: Surroundings,
): AsyncGenerator<AirbyteMessage> {
  yield* withContexts(
    connector,
    given,
    surroundings,
    (makeContext) => checkMessages(connector, makeContext),
    givenSettings,
    failedStatus,
  );
}

export async function* discover(
  connector: Connector,
  given: unknown,
  surroundings: Surroundings,
): AsyncGenerator<AirbyteMessage> {
  yield* withContexts(connector, given, surroundings, (makeContext) => discoverMessages(connector, makeContext));
}

export async function* read(
  connector: Connector,
  given: unknown,
  surroundings: Surroundings,
  chosen: unknown,
  state: unknown,
): AsyncGenerator<AirbyteMessage> {
  yield* withContexts(connector, given, surroundings, (makeContext) => {
    const catalog = ConfiguredCatalog.safeParse(chosen);
    if (!catalog.success) throw new ConnectorError('configuration', 'The catalog file is no configured catalog.');
    return readMessages(connector, makeContext, catalog.data, readInputState(state));
  });
}

/** Bad settings are a status for `check`, and an error trace for the rest. */
function failedStatus(error: unknown): AirbyteMessage {
  if (!(error instanceof ConnectorError)) return traceError(error, systemClock.now());
  return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: error.message } };
}

async function* withContexts(
  connector: Connector,
  given: unknown,
  surroundings: Surroundings,
  messages: (makeContext: ContextMaker) => AsyncIterable<AirbyteMessage>,
  settings: (connector: Connector, given: unknown) => GivenSettings = settingsForReading,
  failed: (error: unknown) => AirbyteMessage = (error) => traceError(error, systemClock.now()),
): AsyncGenerator<AirbyteMessage> {
  const opened: OwnedContext[] = [];
  try {
    const parsed = settings(connector, given);
    yield* messages((options) => {
      const ctx = createContext({
        connector,
        ...parsed,
        ...surroundings,
        ...options,
        refused: [],
        clock: systemClock,
        streamsAlone: true,
      });
      opened.push(ctx);
      return ctx;
    });
  } catch (error) {
    surroundings.signal.throwIfAborted();
    yield failed(error);
  } finally {
    await Promise.all(opened.map((ctx) => ctx.close()));
  }
}
