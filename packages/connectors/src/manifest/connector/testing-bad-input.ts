import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrokenStream } from '../../kit/broken-stream.ts';
import { startReading } from '../../kit/contract-reading.ts';
import { createHttpClient } from '../../kit/guarded-http-client.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import { manifestConnector } from './manifest-connector.ts';
import type { ManifestConnectorOptions } from './manifest-connector.ts';

/** The one secret of the settings; nothing that is shown may hold it. */
export const CANARY = 'canary-5f1d0c7e';

/** What came of one stream. */
export interface Outcome {
  readonly records: readonly JsonObject[];
  /** Of the records. */
  readonly keys: readonly string[];
  readonly states: readonly JsonObject[];
  readonly error: unknown;
}

export interface Trial {
  /** By the names of the streams. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** By the names of the streams; `known` is false for one that could not be had. */
  readonly schemas: ReadonlyMap<string, { readonly known: boolean; readonly schema: JsonObject }>;
  /** Everything that was logged. */
  readonly logs: readonly string[];
  /** Milliseconds that were waited on the clock. */
  readonly waited: number;
  /** Streams that were told of as broken. */
  readonly broken: readonly BrokenStream[];
  /** Paths that were asked for, in their order. */
  readonly asked: readonly string[];
}

export interface TrialOptions {
  /** Answers whatever the good streams do not ask for. */
  readonly answer?: RequestListener;
  readonly config?: JsonObject;
  /** The kept state of the bad stream. */
  readonly state?: JsonObject;
  /** Parts of the manifest beside its streams. */
  readonly manifest?: JsonObject;
  readonly files?: ReadonlyMap<string, string>;
  readonly custom?: ManifestConnectorOptions['custom'];
  /** How long a body may pause; long enough for a busy machine when absent. */
  readonly idleMs?: number;
}

const selector = (path: readonly string[] = []): JsonObject => ({
  type: 'RecordSelector',
  extractor: { type: 'DpathExtractor', field_path: path },
});

/** The requester of a stream; `url_base` is a setting, as the server has any port. */
export const requester = (path: string, more: JsonObject = {}): JsonObject => ({
  type: 'HttpRequester',
  url_base: "{{ config['origin'] }}",
  path,
  authenticator: { type: 'BearerAuthenticator', api_token: "{{ config['api_key'] }}" },
  ...more,
});

export const retriever = (path: string, more: JsonObject = {}): JsonObject => ({
  type: 'SimpleRetriever',
  requester: requester(path),
  record_selector: selector(),
  ...more,
});

/** A cursor over the first days of 2024, in one window. */
export const byDay = (more: JsonObject = {}): JsonObject => ({
  type: 'DatetimeBasedCursor',
  cursor_field: 'at',
  datetime_format: '%Y-%m-%d',
  start_datetime: '2024-01-01',
  end_datetime: '2024-01-10',
  ...more,
});

/** The part of a retriever that divides it: each part is asked for by `p`. */
export const dividedInto = (...values: readonly string[]): JsonObject => ({
  partition_router: {
    type: 'ListPartitionRouter',
    values,
    cursor_field: 'p',
    request_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'p' },
  },
});

/** A stream of records with ids, at the path of its name. */
export const streamOf = (name: string, more: JsonObject = {}): JsonObject => ({
  type: 'DeclarativeStream',
  name,
  primary_key: 'id',
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'integer' } } } },
  retriever: retriever(`/${name}`),
  ...more,
});

/** The manifest of a trial: `first`, `bad` and `last`, of which only `bad` is changed. */
export const manifestWith = (bad: JsonObject, more: JsonObject = {}): JsonObject => ({
  version: '6.0.0',
  type: 'DeclarativeSource',
  check: { type: 'CheckStream', stream_names: ['first'] },
  streams: [streamOf('first'), streamOf('bad', bad), streamOf('last')],
  spec: {
    type: 'Spec',
    connection_specification: {
      type: 'object',
      properties: { origin: { type: 'string' }, api_key: { type: 'string', airbyte_secret: true } },
    },
  },
  ...more,
});

async function readToEnd(stream: Stream, state: JsonObject | undefined): Promise<Outcome> {
  const [records, keys, states]: [JsonObject[], string[], JsonObject[]] = [[], [], []];
  let error: unknown;
  try {
    for await (const page of stream.read(state && stream.parseCursor(state))) {
      for (const row of page.upserts) {
        keys.push(stream.key(row));
        records.push(row);
      }
      if (page.cursor !== undefined) states.push(page.cursor as JsonObject);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { records, keys, states, error };
}

const patienceOf = ({ idleMs = 20_000 }: TrialOptions) => ({ idleMs });

/** Reads all streams of a manifest of which `bad` is bad, each to its end, through the kit's real HTTP client. */
export async function trial(bad: JsonObject, options: TrialOptions = {}): Promise<Trial> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (/^\/(first|last)/.test(request.url ?? '')) json(response, [{ id: 1 }, { id: 2 }]);
    else if (options.answer) options.answer(request, response);
    else json(response, [{ id: 3 }]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connector = manifestConnector({
    id: 'trial',
    manifest: manifestWith(bad, options.manifest),
    ...(options.files && { files: options.files }),
    ...(options.custom && { custom: options.custom }),
  });
  const reading = startReading(connector, {
    config: { origin, ...options.config },
    credentials: { api_key: CANARY },
  });
  const { clock, log, signal } = reading.ctx;
  const http = createHttpClient({
    policy: { allow: ['127.0.0.1/32'] },
    limits: connector.limits,
    clock,
    log,
    signal,
    timeouts: patienceOf(options),
  });
  const broken: BrokenStream[] = [];
  const ctx: ConnectorContext = { ...reading.ctx, http, tellBroken: (one) => void broken.push(one) };
  const outcomes = new Map<string, Outcome>();
  const schemas = new Map<string, { readonly known: boolean; readonly schema: JsonObject }>();
  try {
    for (const stream of await connector.discover(ctx)) {
      schemas.set(stream.name, { known: stream.schemaUnknown !== true, schema: stream.jsonSchema });
      outcomes.set(stream.name, await readToEnd(stream, stream.name === 'bad' ? options.state : undefined));
    }
  } finally {
    await http.close();
    await reading.close();
    server.closeAllConnections();
    server.close();
  }
  return { outcomes, schemas, logs: reading.logs, waited: reading.waited(), broken, asked };
}

export type Answer = Parameters<RequestListener>[1];

export function json(response: Answer, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

export function errorOf(thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown;
  throw new Error(`No ConnectorError was thrown but ${String(thrown)}.`, { cause: thrown });
}
