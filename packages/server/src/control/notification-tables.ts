import type { Generated } from 'kysely';
import type {
  ConnectionId,
  EnvironmentId,
  NoticeDeliveryId,
  NoticeId,
  NotificationRuleId,
  OrganizationId,
  ProjectId,
} from '../lib/ids.ts';
import type { Flag, JsonText, Millis } from './schema.ts';

/** `failed`: nobody took it in a day; `dropped`: it was never tried, or the rule was switched off. */
export type DeliveryState = 'waiting' | 'sent' | 'failed' | 'dropped';
/** What is told of, to whom, and what became of it. */
export interface NotificationTables {
  notification_rule: {
    id: NotificationRuleId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    name: string;
    name_key: string;
    events: JsonText;
    connection_id: ConnectionId;
    environment_id: EnvironmentId;
    enabled: Generated<Flag>;
    source_connections: JsonText | null;
    min_severity: Generated<'info' | 'warning' | 'error'>;
    last_sent_at: Generated<Millis | null>;
    last_error: Generated<string | null>;
    last_error_at: Generated<Millis | null>;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  notification_repeat: {
    rule_id: NotificationRuleId;
    subject_id: string;
    kind: string;
    organization_id: OrganizationId;
    fingerprint: string;
    noticed_at: Millis;
    held_back: Generated<number>;
  };
  notice: {
    id: NoticeId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    kind: string;
    severity: 'info' | 'warning' | 'error';
    facts: JsonText;
    created_at: Millis;
  };
  notice_delivery: {
    id: NoticeDeliveryId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    notice_id: NoticeId;
    rule_id: NotificationRuleId;
    state: DeliveryState;
    attempts: Generated<number>;
    repeats: Generated<number>;
    next_attempt_at: Millis;
    lease_owner: string | null;
    lease_until: Millis | null;
    reason: string | null;
    created_at: Millis;
    ended_at: Millis | null;
  };
}
