import { z } from 'zod';
import type { JsonObject } from '../kit/json.ts';

/**
 * The messages of the Airbyte protocol that a source writes, one JSON object a line
 * (https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol). Names are the protocol's.
 */
export type AirbyteMessage =
  | { readonly type: 'RECORD'; readonly record: AirbyteRecord }
  | { readonly type: 'STATE'; readonly state: AirbyteState }
  | { readonly type: 'LOG'; readonly log: { readonly level: LogLevel; readonly message: string } }
  | { readonly type: 'SPEC'; readonly spec: AirbyteSpec }
  | { readonly type: 'CONNECTION_STATUS'; readonly connectionStatus: ConnectionStatus }
  | { readonly type: 'CATALOG'; readonly catalog: { readonly streams: readonly AirbyteStream[] } }
  | { readonly type: 'CONTROL'; readonly control: AirbyteControl }
  | { readonly type: 'TRACE'; readonly trace: AirbyteTrace };

/** The source has changed its configuration by itself, for example renewed a token: the platform keeps the new one. */
export interface AirbyteControl {
  readonly type: 'CONNECTOR_CONFIG';
  readonly emitted_at: number;
  readonly connectorConfig: { readonly config: JsonObject };
}

export type LogLevel = 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';

export interface StreamDescriptor {
  readonly name: string;
  readonly namespace?: string;
}

export interface AirbyteRecord {
  readonly stream: string;
  readonly data: JsonObject;
  /** Milliseconds since the epoch. */
  readonly emitted_at: number;
}

export interface AirbyteState {
  readonly type: 'STREAM';
  readonly stream: { readonly stream_descriptor: StreamDescriptor; readonly stream_state: JsonObject };
  /** Records since the stream's last state. */
  readonly sourceStats: { readonly recordCount: number };
}

export interface AirbyteSpec {
  readonly connectionSpecification: JsonObject;
  readonly supportsIncremental?: boolean;
  readonly supported_destination_sync_modes?: readonly string[];
}

export interface ConnectionStatus {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly message?: string;
}

export type SyncMode = 'full_refresh' | 'incremental';

export interface AirbyteStream {
  readonly name: string;
  readonly json_schema: JsonObject;
  readonly supported_sync_modes: readonly SyncMode[];
  readonly source_defined_cursor?: boolean;
  readonly default_cursor_field?: readonly string[];
  readonly source_defined_primary_key?: readonly (readonly string[])[];
  readonly is_resumable?: boolean;
}

export type FailureType = 'system_error' | 'config_error' | 'transient_error';

export type AirbyteTrace =
  | { readonly type: 'ERROR'; readonly emitted_at: number; readonly error: TraceError }
  | {
      readonly type: 'STREAM_STATUS';
      readonly emitted_at: number;
      readonly stream_status: { readonly stream_descriptor: StreamDescriptor; readonly status: StreamStatus };
    };

export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

export interface TraceError {
  readonly message: string;
  readonly internal_message: string;
  readonly failure_type: FailureType;
  readonly stream_descriptor?: StreamDescriptor;
}

/** What our own connectors keep in `stream_state`; to everybody else it is a black box. */
export const StreamState = z.object({
  /** Cursor of the stream, when it has no slices. */
  cursor: z.unknown().optional(),
  /** Cursors of its slices. */
  slices: z.record(z.string(), z.unknown()).optional(),
  /** Slices of a listing that are read to their end. */
  done: z.array(z.string()).optional(),
  /** Written by sources of Airbyte's own kit too: this full refresh is read to its end. */
  __ab_full_refresh_sync_complete: z.boolean().optional(),
});
export type StreamState = z.output<typeof StreamState>;

/** The file behind `--catalog`; what it does not name here is tolerated, as the protocol asks. */
export const ConfiguredCatalog = z.object({
  streams: z.array(
    z.object({
      stream: z.object({ name: z.string() }),
      sync_mode: z.enum(['full_refresh', 'incremental']),
      cursor_field: z.array(z.string()).nullish(),
    }),
  ),
});
export type ConfiguredCatalog = z.output<typeof ConfiguredCatalog>;
export type ConfiguredStream = ConfiguredCatalog['streams'][number];
