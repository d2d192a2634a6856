import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';

/** How a session is opened and ended, and what its errors mean. */
export interface SessionKind<S> {
  open(): Promise<S>;
  /** What the engine acts on, made of an error of the driver. */
  explain(error: unknown): ConnectorError;
}

/** Reads inside a session of its own, which is closed however the reading ends. */
export async function* inSession<S extends { close(): Promise<void> }, C>(
  signal: AbortSignal,
  kind: SessionKind<S>,
  read: (session: S) => AsyncGenerator<Page<JsonObject, C>>,
): AsyncGenerator<Page<JsonObject, unknown>> {
  let session: S | undefined;
  try {
    signal.throwIfAborted();
    session = await kind.open();
    for await (const page of read(session)) {
      yield page;
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ConnectorError ? error : kind.explain(error);
  } finally {
    await session?.close();
  }
}
