import type { ConnectorError } from './connector-error.ts';

/** A stream that a connector knows of and cannot offer, because what it is made from does not work. */
export interface BrokenStream {
  readonly name: string;
  /** Why, and what to change. */
  readonly error: ConnectorError;
  /** `name` only says what was to become a stream, or any number of them: the names that they would have are not known. */
  readonly nameless?: true;
}
