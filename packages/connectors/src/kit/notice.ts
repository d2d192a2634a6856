import type { JsonObject } from './json.ts';

/** Something that people want to hear of, as a connection that carries notifications sends it on. Holds no secret. */
export interface Notice {
  /** A UUID; a notice may be sent twice, and receivers know it again by this. */
  readonly id: string;
  /** `sync.failed`, `credential.needs_renewal`, `schema.changed`, `sweep.held`, `test`. */
  readonly kind: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** One line. */
  readonly title: string;
  /** Sentences; lines are parted by `\n`. */
  readonly text: string;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  /** The names and ids that it is about, for programs. */
  readonly facts: JsonObject;
}
