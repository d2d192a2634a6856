import type { Notice } from '../../kit/notice.ts';

/** A line to a broker that takes messages, whatever it speaks. */
export interface MessageSender {
  /** What is spoken, for people. */
  readonly protocol: string;
  /** Whether the line is still good. */
  readonly isOpen: boolean;
  /** Resolves when the broker has taken the message. Throws `ConnectorError`. */
  send(notice: Notice): Promise<void>;
  close(): Promise<void>;
}
