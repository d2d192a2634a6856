import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Clock, ConnectTarget, Logger } from './context.ts';
import type { HttpClient } from './http-client.ts';
import type { KeyMaterial } from './key-material.ts';
import type { CheckedAddress } from './network-guard.ts';
import type { Notice } from './notice.ts';

/** What does not fit between fields; `path` begins with the name of a field. */
export interface ConditionIssue {
  readonly path: readonly (string | number)[];
  /** A whole sentence that says what to change. */
  readonly message: string;
}

/** What an open connection can do. Workers hold one for each deployed connection. */
export interface OpenConnection {
  /**
   * Sends a notice the way of this type: a mail, a request, a log line, a message. Rejects with `ConnectorError` when the far
   * end did not take it. Absent: the type carries no notifications.
   */
  notify?(notice: Notice): Promise<void>;
  /** Lets go of sockets and timers; may be called twice. */
  close(): Promise<void>;
}

/** What a client of one connection may use up. */
export interface HttpLimits {
  /** Sockets that are kept to one host. */
  readonly perHost: number;
  /** Requests that are under way at once. */
  readonly total: number;
  /** How often a request is sent at most; 5 when absent. */
  readonly tries?: number;
}

export interface OwnedHttp extends HttpClient {
  /** Closes the kept connections; may be called twice. */
  close(): Promise<void>;
}

/** Everything that a connection type may touch. */
export interface TypeContext<Settings = unknown> {
  /** Of the type's `fields`: placeholders are filled in, defaults are set, secrets are `Secret`s. */
  readonly settings: Settings;
  /** HTTP behind the guard against private addresses; kept for the life of the context. */
  readonly http: HttpClient;
  /** HTTP behind the same guard with limits of its own; whoever makes it closes it. */
  readonly createHttp: (limits: HttpLimits) => OwnedHttp;
  /** A connected TCP (or TLS) socket to an address that the guard has checked. */
  readonly connect: (target: ConnectTarget) => Promise<Socket>;
  /** The checked addresses of a host, for datagrams and for clients that take no socket: give them the address, never the name. */
  readonly resolve: (host: string) => Promise<readonly CheckedAddress[]>;
  /**
   * The real path of a folder that may be written to, below the operator's roots. Throws `ConnectorError('refused')`; the folder
   * need not be there yet.
   */
  readonly writableFolder: (path: string) => Promise<string>;
  /** A certificate or key store of the project, by its name. Throws `ConnectorError('configuration')` when there is none. */
  readonly keyMaterial: (name: string) => Promise<KeyMaterial>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends a test, and the life of what was opened: once it has fired, an open connection sends nothing more. */
  readonly signal: AbortSignal;
}

/**
 * A kind of connection that is opened rather than read: `email`, `kafka`, `database`, … Its fields are the published ones of the
 * connection contract; validation, forms and documentation come from them.
 */
export interface ConnectionType<Fields extends z.ZodObject = z.ZodObject> {
  /** As on the wire; public API, never changed. */
  readonly id: string;
  readonly title: string;
  /** What it is for, in a sentence. */
  readonly description: string;
  /** Other spellings that callers use; answers carry the id. */
  readonly aliases?: readonly string[];
  /** Made of the builders of `type-fields.ts`, so that every value may be a `${placeholder}`. */
  readonly fields: Fields;
  /** What the fields together must satisfy; asked when they are saved (placeholders inside) and again when they are used. */
  readonly conditions?: (settings: z.output<Fields>) => readonly ConditionIssue[];
  /** The fields whose values name certificates or key stores of the project. */
  readonly keyMaterialFields?: readonly (keyof z.output<Fields> & string)[];
  /** What of the host it touches; off until the operator allows it. */
  readonly touches?: 'files';
  /** Its open connections carry notifications. */
  readonly notifies: boolean;
  /**
   * Asks the far end whether it would work, changing nothing there. Throws `ConnectorError` whose message says what to change.
   */
  test(ctx: TypeContext<z.output<Fields>>): Promise<{ readonly message: string }>;
  /**
   * Builds the client that a worker holds. It does not wait for the far end: clients connect on first use, and again after a
   * loss. Throws `ConnectorError` when no client can be built of these settings.
   */
  open(ctx: TypeContext<z.output<Fields>>): Promise<OpenConnection>;
}

/** A connection type whose fields are not known where it is used. */
export type AnyConnectionType = Omit<ConnectionType, 'conditions' | 'keyMaterialFields' | 'test' | 'open'> & {
  readonly conditions?: (settings: Readonly<Record<string, unknown>>) => readonly ConditionIssue[];
  readonly keyMaterialFields?: readonly string[];
  test(ctx: TypeContext): Promise<{ readonly message: string }>;
  open(ctx: TypeContext): Promise<OpenConnection>;
};

/** Checks a type's shape at compile time and forgets its fields, so that all of them stand in one catalogue. */
export function defineConnectionType<Fields extends z.ZodObject>(type: ConnectionType<Fields>): AnyConnectionType {
  return type as unknown as AnyConnectionType;
}
