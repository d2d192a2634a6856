import { z } from 'zod';
import type { JsonObject } from '../kit/json.ts';

/** What a program says, one message a line; names and forms are the Airbyte protocol's, unknown fields are passed over. */
export type ProgramMessage =
  | {
      readonly type: 'record';
      readonly stream: string;
      readonly data: JsonObject;
      /** Characters of its line. */
      readonly size: number;
      readonly isFile: boolean;
    }
  | { readonly type: 'state'; readonly state: ProgramState }
  | { readonly type: 'log'; readonly level: string; readonly message: string }
  | { readonly type: 'spec'; readonly spec: JsonObject }
  | { readonly type: 'connection_status'; readonly succeeded: boolean; readonly message: string }
  | { readonly type: 'catalog'; readonly streams: readonly unknown[] }
  | { readonly type: 'config'; readonly config: JsonObject }
  | { readonly type: 'error'; readonly error: ProgramError }
  | { readonly type: 'stream_status'; readonly stream: string; readonly status: string; readonly quotaReset?: number }
  | { readonly type: 'estimate'; readonly stream: string; readonly rows?: number; readonly bytes?: number }
  /** Of the protocol, and of no use to us. */
  | { readonly type: 'other' }
  /** In the envelope of a message that must not be missed, and not of its form. */
  | { readonly type: 'malformed'; readonly of: 'RECORD' | 'STATE' | 'CONTROL' }
  /** No message of the protocol. */
  | { readonly type: 'garbage' };

/** States are black boxes: they are handed back as they came. */
export type ProgramState = { readonly recordCount?: number } & (
  | { readonly type: 'STREAM'; readonly stream: string; readonly value: JsonObject | null }
  | { readonly type: 'GLOBAL'; readonly value: JsonObject }
  | { readonly type: 'LEGACY'; readonly value: JsonObject | null }
);

export interface ProgramError {
  readonly failureType: 'system_error' | 'config_error' | 'transient_error';
  readonly message: string;
  readonly stream?: string;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const AnyObject = z.custom<JsonObject>(isObject, 'must be an object');
const Descriptor = z.object({ name: z.string(), namespace: z.string().nullish() });
type Descriptor = z.output<typeof Descriptor>;

/** A stream is told apart by its namespace and name. */
export const streamName = ({ name, namespace }: Descriptor): string =>
  namespace === undefined || namespace === null || namespace === '' ? name : `${namespace}.${name}`;

const Stats = z.object({ sourceStats: z.object({ recordCount: z.number().nullish() }).nullish() });
const StreamState = Stats.extend({
  type: z.literal('STREAM'),
  stream: z.object({ stream_descriptor: Descriptor, stream_state: AnyObject.nullish() }),
});
const GlobalState = Stats.extend({ type: z.literal('GLOBAL'), global: AnyObject });
const LegacyState = Stats.extend({ type: z.literal('LEGACY').nullish(), data: AnyObject.nullish() });
const State = z.union([StreamState, GlobalState, LegacyState]);

const Log = z.object({ level: z.string(), message: z.string() });
const Status = z.object({ status: z.enum(['SUCCEEDED', 'FAILED']), message: z.string().nullish() });
const Catalog = z.object({ streams: z.array(z.unknown()) });
const Config = z.object({ type: z.literal('CONNECTOR_CONFIG'), connectorConfig: z.object({ config: AnyObject }) });
const TraceError = z.object({
  message: z.string().nullish(),
  failure_type: z.enum(['system_error', 'config_error', 'transient_error']).catch('system_error'),
  stream_descriptor: Descriptor.nullish().catch(undefined),
});
const StreamStatus = z.object({
  stream_descriptor: Descriptor,
  status: z.string(),
  reasons: z
    .array(z.object({ rate_limited: z.object({ quota_reset: z.number().nullish() }).nullish() }))
    .nullish()
    .catch(undefined),
});
const Estimate = Descriptor.extend({ row_estimate: z.number().nullish(), byte_estimate: z.number().nullish() });

const readers: Readonly<Record<string, (message: JsonObject, size: number) => ProgramMessage>> = {
  RECORD: ({ record }, size) => readRecord(record, size),
  STATE: ({ state }) => readState(state),
  LOG: ({ log }) => orGarbage(Log.safeParse(log), (data) => ({ type: 'log', ...data })),
  SPEC: ({ spec }) => (isObject(spec) ? { type: 'spec', spec } : { type: 'garbage' }),
  CONNECTION_STATUS: ({ connectionStatus }) =>
    orGarbage(Status.safeParse(connectionStatus), ({ status, message }) => ({
      type: 'connection_status',
      succeeded: status === 'SUCCEEDED',
      message: message ?? '',
    })),
  CATALOG: ({ catalog }) => orGarbage(Catalog.safeParse(catalog), ({ streams }) => ({ type: 'catalog', streams })),
  TRACE: ({ trace }) => readTrace(trace),
  CONTROL: ({ control }) => {
    const parsed = Config.safeParse(control);
    if (parsed.success) return { type: 'config', config: parsed.data.connectorConfig.config };
    const isConfig = isObject(control) && control['type'] === 'CONNECTOR_CONFIG';
    return isConfig ? { type: 'malformed', of: 'CONTROL' } : { type: 'other' };
  },
};

/** Reads one line; never throws. */
export function readMessage(line: string): ProgramMessage {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return { type: 'garbage' };
  }
  if (!isObject(message) || typeof message['type'] !== 'string') return { type: 'garbage' };
  const type = message['type'];
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  return read ? read(message, line.length) : { type: 'other' };
}

/** By hand: there are millions of them. */
function readRecord(record: unknown, size: number): ProgramMessage {
  if (!isObject(record)) return { type: 'malformed', of: 'RECORD' };
  const { stream: name, namespace, data, file_reference: file } = record;
  if (typeof name !== 'string' || !isObject(data)) return { type: 'malformed', of: 'RECORD' };
  const stream = typeof namespace === 'string' ? streamName({ name, namespace }) : name;
  return { type: 'record', stream, data, size, isFile: file !== undefined && file !== null };
}

function readState(state: unknown): ProgramMessage {
  const parsed = State.safeParse(state);
  if (!parsed.success) return { type: 'malformed', of: 'STATE' };
  const { data } = parsed;
  const count = data.sourceStats?.recordCount ?? undefined;
  const stats = count === undefined ? {} : { recordCount: count };
  if (data.type === 'STREAM') {
    const { stream_descriptor: descriptor, stream_state: value = null } = data.stream;
    return { type: 'state', state: { type: 'STREAM', stream: streamName(descriptor), value, ...stats } };
  }
  if (data.type === 'GLOBAL') return { type: 'state', state: { type: 'GLOBAL', value: data.global, ...stats } };
  return { type: 'state', state: { type: 'LEGACY', value: data.data ?? null, ...stats } };
}

function readTrace(trace: unknown): ProgramMessage {
  if (!isObject(trace)) return { type: 'garbage' };
  switch (trace['type']) {
    case 'ERROR':
      return orGarbage(TraceError.safeParse(trace['error']), (error) => ({
        type: 'error',
        error: {
          failureType: error.failure_type,
          message: error.message ?? '',
          ...(error.stream_descriptor && { stream: streamName(error.stream_descriptor) }),
        },
      }));
    case 'STREAM_STATUS':
      return orGarbage(StreamStatus.safeParse(trace['stream_status']), ({ stream_descriptor, status, reasons }) => {
        const quotaReset = reasons?.find((reason) => reason.rate_limited)?.rate_limited?.quota_reset ?? undefined;
        const limited = quotaReset === undefined ? {} : { quotaReset };
        return { type: 'stream_status', stream: streamName(stream_descriptor), status, ...limited };
      });
    case 'ESTIMATE':
      return orGarbage(
        Estimate.safeParse(trace['estimate']),
        ({ row_estimate: rows, byte_estimate: bytes, ...of }) => ({
          type: 'estimate',
          stream: streamName(of),
          ...(typeof rows === 'number' && { rows }),
          ...(typeof bytes === 'number' && { bytes }),
        }),
      );
    default:
      return { type: 'other' };
  }
}

function orGarbage<T>(parsed: z.ZodSafeParseResult<T>, make: (data: T) => ProgramMessage): ProgramMessage {
  return parsed.success ? make(parsed.data) : { type: 'garbage' };
}
