import type { ConnectionId } from '../lib/ids.ts';

/**
 * Tells whoever waits in this process that a worker has answered about a connection, or that one is lost. It carries nothing, and
 * nothing depends on it: those who wait look by themselves from time to time.
 */
export class AnswerBus {
  readonly #listeners = new Set<(connectionId: ConnectionId | undefined) => void>();

  /** Without a connection: look, whatever you wait for. */
  tell(connectionId?: ConnectionId): void {
    for (const heard of this.#listeners) heard(connectionId);
  }

  /** Calls `heard` whenever the connection is told of, until the function that is given back is called. */
  listen(connectionId: ConnectionId, heard: () => void): () => void {
    const listener = (told: ConnectionId | undefined): void => {
      if (told === undefined || told === connectionId) heard();
    };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
