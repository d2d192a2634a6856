import type { Connector } from '../../src/kit/connector.ts';
import { createContext, parseConfig, parseCredentials } from '../../src/kit/connector-context.ts';
import type { OwnedContext } from '../../src/kit/connector-context.ts';
import type { Clock } from '../../src/kit/context.ts';
import type { HttpClient, HttpRequest } from '../../src/kit/http-client.ts';
import type { ContextMaker } from '../../src/protocol/connector-messages.ts';
import { splitConfig } from '../../src/protocol/connector-spec.ts';
import { readInputState } from '../../src/protocol/input-state.ts';
import type { AirbyteMessage } from '../../src/protocol/messages.ts';
import { ConfiguredCatalog } from '../../src/protocol/messages.ts';
import { readMessages } from '../../src/protocol/read-messages.ts';

export interface SourceRun {
  readonly connector: Connector;
  /** What stands behind `--config`. */
  readonly config: unknown;
  /** Where every host is found. */
  readonly port: number;
  readonly clock: Clock;
}

/** A source whose every host is the loopback server; `close` ends its connections. */
export function openSource({ connector, config: given, port, clock }: SourceRun): {
  readonly makeContext: ContextMaker;
  close(): Promise<void>;
} {
  const parts = splitConfig(connector, given);
  const config = parseConfig(connector, parts.config);
  const credentials = parseCredentials(connector, parts.credentials);
  const opened: OwnedContext[] = [];
  return {
    makeContext(options) {
      const ctx = createContext({
        connector,
        config,
        credentials,
        ...options,
        policy: { allow: 'all' },
        roots: [],
        refused: [],
        clock,
        signal: new AbortController().signal,
        streamsAlone: true,
        lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      });
      opened.push(ctx);
      return { ...ctx, http: throughLoopback(ctx.http, port) };
    },
    async close() {
      await Promise.all(opened.map((ctx) => ctx.close()));
    },
  };
}

/** Asks the loopback server in plain HTTP; the name of the host stays in the request. */
function throughLoopback(http: HttpClient, port: number): HttpClient {
  const rerouted = (request: HttpRequest): HttpRequest => {
    const url = new URL(request.url);
    url.protocol = 'http:';
    url.port = String(port);
    return { ...request, url };
  };
  return {
    request: (request) => http.request(rerouted(request)),
    open: (request) => http.open(rerouted(request)),
  };
}

/** The answer to `read`; `state` is what stands behind `--state`. */
export async function readSource(run: SourceRun, catalog: unknown, state: unknown): Promise<readonly AirbyteMessage[]> {
  const source = openSource(run);
  try {
    const chosen = ConfiguredCatalog.parse(catalog);
    return await Array.fromAsync(readMessages(run.connector, source.makeContext, chosen, readInputState(state)));
  } finally {
    await source.close();
  }
}
