import type { z } from 'zod';
import type { AuthScheme } from './auth.ts';
import type { ConnectorContext } from './context.ts';
import type { DatabaseSchema } from './database-schema.ts';
import type { Feed } from './feed.ts';
import type { JsonObject } from './json.ts';
import type { Page } from './page.ts';
import type { Secret } from './secret.ts';

/** What people see of a record beside its fields. Times are milliseconds since the epoch. */
export interface RecordDescription {
  readonly name?: string;
  /** Where a person opens the record. */
  readonly url?: string;
  readonly createdAt?: number;
  readonly updatedAt?: number;
  /** The way down to the record, outermost first. */
  readonly breadcrumbs?: readonly Breadcrumb[];
}

export interface Breadcrumb {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** A part of a stream that can be read alone, with its own cursor. */
export interface Slice {
  /** Stable from run to run: the cursor is kept under it. */
  readonly id: string;
  readonly value?: JsonObject;
}

/** One kind of record of a source, as the engine sees it; every connector, whatever it is written in, ends up as this. */
export interface Stream {
  /** Public name, for example `issues` or `public.customer`. */
  readonly name: string;
  readonly title: string;
  /** The dialects' name of the record type, for example `PostgresRowEntity`. */
  readonly entityType: string;
  /** JSON Schema of a row. */
  readonly jsonSchema: JsonObject;
  /** The schema could not be had this time, and `jsonSchema` takes any row: what is known of its fields stays as it is. */
  readonly schemaUnknown?: boolean;
  /** Paths of the key inside a row, when there are any. */
  readonly primaryKey?: readonly string[];
  /** Fields that may serve as `cursor_field`; the first is the default. */
  readonly cursorFields?: readonly string[];
  /**
   * `true`: a cursor stays good from job to job. `false`: a cursor is a position inside one listing, good for another
   * attempt of the same job only; the next job reads from the start.
   */
  readonly incremental: boolean;
  /**
   * The cursor is an object that the Airbyte protocol keeps as `stream_state`, as it is: manifests and executables have
   * states of published forms.
   */
  readonly cursorIsState?: boolean;
  /**
   * What a cursor depends on beside the key (its field, what divides the stream), for connectors that come in versions. A cursor that
   * was written with another one is not gone on from: the stream is read from its start.
   */
  readonly stateShape?: string;
  /**
   * `listing`: a read that ends has named every record (upserted or present), what is missing is gone.
   * `reported`: only `page.deletes`, or a page marked `complete`, tell of deletes.
   */
  readonly deletes: 'listing' | 'reported';
  key(row: JsonObject): string;
  /** The text to search; absent means the engine writes `field: value` lines. */
  text?(row: JsonObject): string;
  describe?(row: JsonObject): RecordDescription;
  /** What to keep as the record's fields; absent means the whole row. */
  fields?(row: JsonObject): JsonObject;
  /** Checks a row; absent means that the connector vouches for its rows. Throws `ZodError`. */
  parseRow?(row: unknown): JsonObject;
  /** Checks a stored cursor; throws when it has a foreign shape, and the engine then reads everything again. */
  parseCursor(cursor: unknown): unknown;
  /** Tells what changes after the stream's own read, together with other streams; the same object for all of them. */
  readonly feed?: Feed;
  slices?(): Promise<readonly Slice[]>;
  read(since: unknown, slice?: Slice): AsyncIterable<Page<JsonObject, unknown>>;
}

/** A configuration that is one mapping of a published form, which holds its secrets among the rest. */
export interface SpecifiedConfiguration {
  /** The payload of the protocol's SPEC message: `connectionSpecification`, `advanced_auth`, … */
  readonly specification: JsonObject;
  /** Takes the mapping apart into what `config` and the fields of `auth` parse. */
  split(given: JsonObject): { readonly config: JsonObject; readonly credentials: JsonObject };
  /** The tokens of a grant in the mapping, where the sign-in hands them over. */
  tokensOf?(given: JsonObject): ReturnedTokens;
}

/** Tokens that a source has renewed by itself; what it does not name is as before. */
export interface ReturnedTokens {
  readonly accessToken?: Secret;
  readonly refreshToken?: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** A connector that is ready to be asked: configuration and credentials are inside the context. */
export interface Connector {
  /** The folder's name; public API, never changed. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly auth: readonly AuthScheme[];
  /** Validates the API call, and feeds forms and docs. */
  readonly config: z.ZodObject;
  /** The names of the `config` fields that say where the system is; they belong to the connection, the rest to the source connection. */
  readonly endpoint: readonly string[];
  readonly limits: { readonly requestsPerMinute: number; readonly concurrency: number };
  /** What of the host it touches; such connectors are off until the operator allows it. */
  readonly touches?: 'files' | 'executables';
  /** Test sources, shown only with `TRIBUTARY_INTERNAL_SOURCES=1`. */
  readonly internal?: boolean;
  /**
   * Set when the source can be read continuously: seconds between two reads. `onRequest`: it is expensive in some
   * configurations, so the usual schedule is that of other sources.
   */
  readonly continuous?: { readonly everySeconds: number; readonly onRequest?: boolean };
  /** Names of the record types it yields, as far as they are known without asking the source. */
  readonly entityTypes: readonly string[];
  /** Proves that configuration and credentials work. Throws `ConnectorError`. */
  check(ctx: ConnectorContext): Promise<{ readonly account: string }>;
  /** The streams of the configured account. Throws `ConnectorError`. */
  discover(ctx: ConnectorContext): Promise<readonly Stream[]>;
  /**
   * Takes back what reading has left at the source (a replication slot), once nothing is read of it any more. May be called
   * twice, and when nothing was left. Throws `ConnectorError`.
   */
  release?(ctx: ConnectorContext): Promise<void>;
  /** Set when somebody else's specification describes the configuration, as for manifests and executables. */
  readonly specified?: SpecifiedConfiguration;
  /** For databases: the tables that it reads, as the database describes them. Throws `ConnectorError`. */
  inspect?(ctx: ConnectorContext): Promise<DatabaseSchema>;
}
