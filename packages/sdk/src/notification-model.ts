import type { JsonObject, Timestamp } from './model.ts';

/** What a rule may ask for. */
export type NotificationEvent = 'sync.failed' | 'credential.needs_renewal' | 'schema.changed' | 'sweep.held';
export type Severity = 'info' | 'warning' | 'error';

/** Says which events of a project go out by which connection. */
export interface NotificationRule {
  readonly id: string;
  readonly name: string;
  readonly events: readonly string[];
  /** By the name that it has now. */
  readonly connection: string;
  readonly connectionId: string;
  readonly environment: string;
  readonly enabled: boolean;
  /** Null: all of the project. */
  readonly sourceConnections: readonly string[] | null;
  readonly minSeverity: Severity;
  readonly lastSentAt: Timestamp | null;
  /** Why the newest attempt failed; null once one went well. */
  readonly lastError: string | null;
  readonly lastErrorAt: Timestamp | null;
  readonly createdAt: Timestamp;
  readonly modifiedAt: Timestamp;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

/** How a test of a rule went. */
export interface NotificationTest {
  readonly outcome: 'sent' | 'failed' | 'waiting';
  readonly message: string;
  readonly notificationId: string;
}

/** What one rule has to tell, and what became of it. */
export interface Notification {
  readonly id: string;
  /** As receivers see it; the same when it is sent again. */
  readonly noticeId: string;
  readonly ruleId: string;
  readonly rule: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  readonly facts: JsonObject;
  readonly state: 'waiting' | 'sent' | 'failed' | 'dropped';
  readonly attempts: number;
  /** How many like it were held back since the one before. */
  readonly repeats: number;
  readonly reason: string | null;
  readonly createdAt: Timestamp;
  readonly nextAttemptAt: Timestamp | null;
  readonly endedAt: Timestamp | null;
}
