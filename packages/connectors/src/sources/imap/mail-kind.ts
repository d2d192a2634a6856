import type { JsonObject } from '../../kit/json.ts';
import type { RecordFailure } from '../../kit/page.ts';
import type { ImapContext } from './config.ts';
import type { Place } from './cursor.ts';
import type { Session } from './open-session.ts';

/** The mailbox that is selected now. */
export interface OpenMailbox {
  readonly session: Session;
  readonly path: string;
  readonly validity: string;
}

export interface MailPage<Row> {
  readonly rows: readonly Row[];
  readonly failures: readonly RecordFailure[];
  /** The most records that one message gave. */
  readonly most?: number;
  /** Every wanted UID up to this one was read. */
  readonly through: number;
}

/** What a stream makes of messages; how changes are found is the same for all. */
export interface MailKind<Row extends JsonObject> {
  /** Whether a message whose flags changed gives another record. */
  readonly showsFlags: boolean;
  /** Every key that a message can have given, when no message of the mailbox gave more than `place.most` records. */
  keysOf(place: Place, uid: number): readonly string[];
  /** Reads messages of the open mailbox in the order of their UIDs. */
  read(ctx: ImapContext, mailbox: OpenMailbox, uids: readonly number[]): AsyncGenerator<MailPage<Row>>;
}
