import { z } from 'zod';
import type { AuthScheme, CredentialsOf } from './auth.ts';
import type { Connector, RecordDescription, Slice, Stream } from './connector.ts';
import type { ConnectorContext } from './context.ts';
import type { DatabaseSchema } from './database-schema.ts';
import type { JsonObject } from './json.ts';
import type { Page } from './page.ts';

/** How an author declares a stream; row and cursor types are inferred from the schemas. */
export interface StreamDeclaration<Ctx, Row extends JsonObject, Cursor> {
  readonly title: string;
  readonly entityType?: string;
  /** Schema of a row; rows that do not fit are counted as failures. */
  readonly row: z.ZodType<Row>;
  /** Schema of the cursor; leave it out for a stream that is read whole every time. */
  readonly cursor?: z.ZodType<Cursor>;
  readonly primaryKey?: readonly string[];
  readonly cursorFields?: readonly string[];
  readonly incremental?: boolean;
  readonly deletes?: 'listing' | 'reported';
  readonly key: (row: Row) => string;
  readonly text?: (row: Row) => string;
  readonly describe?: (row: Row) => RecordDescription;
  readonly fields?: (row: Row) => JsonObject;
  readonly slices?: (ctx: Ctx) => Promise<readonly Slice[]>;
  readonly read: (ctx: Ctx, since: Cursor | undefined, slice?: Slice) => AsyncIterable<Page<Row, Cursor>>;
}

export interface ConnectorDeclaration<A extends readonly AuthScheme[], C extends z.ZodObject>
  extends
    Pick<Connector, 'id' | 'title' | 'description' | 'limits'>,
    Partial<Pick<Connector, 'labels' | 'touches' | 'internal' | 'continuous' | 'entityTypes'>> {
  readonly auth: A;
  readonly config: C;
  readonly endpoint?: readonly (keyof z.output<C> & string)[];
  readonly check: (ctx: ConnectorContext<z.output<C>, CredentialsOf<A>>) => Promise<{ readonly account: string }>;
  readonly release?: (ctx: ConnectorContext<z.output<C>, CredentialsOf<A>>) => Promise<void>;
  readonly inspect?: (ctx: ConnectorContext<z.output<C>, CredentialsOf<A>>) => Promise<DatabaseSchema>;
}

/** A stream whose types are closed over, ready to be bound to a context. */
export interface DeclaredStream<Ctx> {
  bind(connectorId: string, name: string, ctx: Ctx): Stream;
  readonly entityType: string | undefined;
}

type StreamMaker<Ctx> = <Row extends JsonObject, Cursor = never>(
  declaration: StreamDeclaration<Ctx, Row, Cursor>,
) => DeclaredStream<Ctx>;

const neverCursor = (): never => {
  throw new Error('this stream keeps no cursor');
};

/** `postgres` + `public.customer` gives `PostgresPublicCustomerEntity`. */
export function entityTypeName(...parts: readonly string[]): string {
  const words = parts.flatMap((part) => part.split(/[^a-zA-Z0-9]+/)).filter((word) => word !== '');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Entity`;
}

function bindStream<Ctx, Row extends JsonObject, Cursor>(
  declaration: StreamDeclaration<Ctx, Row, Cursor>,
  connectorId: string,
  name: string,
  ctx: Ctx,
): Stream {
  const { text, describe, fields, slices, cursor } = declaration;
  const incremental = declaration.incremental ?? false;
  return {
    name,
    title: declaration.title,
    entityType: declaration.entityType ?? entityTypeName(connectorId, name),
    jsonSchema: z.toJSONSchema(declaration.row, { unrepresentable: 'any', io: 'output' }) as JsonObject,
    ...(declaration.primaryKey && { primaryKey: declaration.primaryKey }),
    ...(declaration.cursorFields && { cursorFields: declaration.cursorFields }),
    incremental,
    deletes: declaration.deletes ?? (incremental ? 'reported' : 'listing'),
    key: (row) => declaration.key(row as Row),
    ...(text && { text: (row: JsonObject) => text(row as Row) }),
    ...(describe && { describe: (row: JsonObject) => describe(row as Row) }),
    ...(fields && { fields: (row: JsonObject) => fields(row as Row) }),
    parseRow: (row) => declaration.row.parse(row),
    parseCursor: cursor ? (value) => cursor.parse(value) : neverCursor,
    ...(slices && { slices: () => slices(ctx) }),
    read: (since, slice) => declaration.read(ctx, since as Cursor | undefined, slice),
  };
}

/**
 * Declares a connector whose streams are known in advance. The callback gives each stream its own row and cursor types:
 * `defineConnector({ … }, (stream) => ({ issues: stream({ row, cursor, key, async *read(ctx, since) { … } }) }))`.
 */
export function defineConnector<const A extends readonly AuthScheme[], C extends z.ZodObject>(
  declaration: ConnectorDeclaration<A, C>,
  streams: (
    stream: StreamMaker<ConnectorContext<z.output<C>, CredentialsOf<A>>>,
  ) => Readonly<Record<string, DeclaredStream<ConnectorContext<z.output<C>, CredentialsOf<A>>>>>,
): Connector {
  type Ctx = ConnectorContext<z.output<C>, CredentialsOf<A>>;
  const declared = streams((one) => ({
    entityType: one.entityType,
    bind: (connectorId: string, name: string, ctx: Ctx) => bindStream(one, connectorId, name, ctx),
  }));
  return defineDynamicConnector<A, C>(
    {
      ...declaration,
      entityTypes:
        declaration.entityTypes ??
        Object.entries(declared).map(([name, one]) => one.entityType ?? entityTypeName(declaration.id, name)),
    },
    (ctx) => Promise.resolve(Object.entries(declared).map(([name, one]) => one.bind(declaration.id, name, ctx))),
  );
}

/** Declares a connector that learns its streams from the source, as databases do. */
export function defineDynamicConnector<const A extends readonly AuthScheme[], C extends z.ZodObject>(
  declaration: ConnectorDeclaration<A, C>,
  discover: (ctx: ConnectorContext<z.output<C>, CredentialsOf<A>>) => Promise<readonly Stream[]>,
): Connector {
  type Ctx = ConnectorContext<z.output<C>, CredentialsOf<A>>;
  const { release, inspect, ...rest } = declaration;
  return {
    ...rest,
    labels: declaration.labels ?? [],
    endpoint: declaration.endpoint ?? [],
    entityTypes: declaration.entityTypes ?? [],
    check: (ctx) => declaration.check(ctx as Ctx),
    discover: (ctx) => discover(ctx as Ctx),
    ...(release && { release: (ctx: ConnectorContext) => release(ctx as Ctx) }),
    ...(inspect && { inspect: (ctx: ConnectorContext) => inspect(ctx as Ctx) }),
  };
}
