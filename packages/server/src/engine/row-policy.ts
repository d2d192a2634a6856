import type { JsonObject } from '@tributary/connectors/kit/json';

/** What is done to the rows of a stream between its connector and everything that is kept of them. */
export interface RowPolicy {
  /** The row as it may be stored. Throws `PolicyViolation`. */
  apply(row: JsonObject): JsonObject;
  /** The key as it may be stored, from the connector's own. */
  storedKey(key: string): string;
  /** Words of the connector about a record may quote a value, and are not kept. */
  readonly wordless: boolean;
}
