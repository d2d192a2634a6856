import { z } from 'zod';
import type { NotificationRuleId, SourceConnectionId } from '../../lib/ids.ts';
import { eventKinds, severities } from '../../notifications/model.ts';
import type { NotificationDelivery, NotificationRule, NotificationService } from '../../notifications/service.ts';
import { titleOf } from '../../notifications/words.ts';
import { routeFor } from '../route.ts';
import { idOf, JsonMap, Timestamp, timestamp, timestampOrNull } from '../wire-values.ts';

const route = routeFor<{ readonly notifications: NotificationService }>();
const ProjectParams = z.object({ projectName: z.string() });
const onRules = {
  tag: 'Notifications',
  path: '/projects/:projectName/notification-rules',
  params: ProjectParams,
  inProject: true,
} as const;
const onRule = {
  ...onRules,
  path: `${onRules.path}/:ruleId`,
  params: ProjectParams.extend({ ruleId: idOf<NotificationRuleId>() }),
} as const;

const Name = z.string().trim().min(1).max(100);
const Events = z.array(z.enum(eventKinds)).min(1).max(eventKinds.length).meta({
  description:
    '`sync.failed`: a sync ended in failure. `credential.needs_renewal`: a credential is not accepted any more, and schedules are paused. `schema.changed`: the source has changed its schema. `sweep.held`: deletes wait for a confirmation.',
});
const Connection = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'Name of a connection of the project, of a type that carries notifications.' });
const Environment = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .meta({ description: 'Whose workers send; the connection must be deployed there.' });
const SourceConnections = z
  .array(idOf<SourceConnectionId>())
  .min(1)
  .max(1000)
  .nullable()
  .meta({ description: 'Only what happens to these. Null: to all of the project.' });
const MinSeverity = z.enum(severities).meta({ description: 'Nothing milder is sent.' });

const NotificationRuleBody = z
  .object({
    id: z.guid(),
    name: z.string(),
    events: z.array(z.string()),
    connection: z.string(),
    connectionId: z.guid(),
    environment: z.string(),
    enabled: z.boolean(),
    sourceConnections: z.array(z.guid()).nullable(),
    minSeverity: z.enum(severities),
    lastSentAt: Timestamp.nullable(),
    lastError: z.string().nullable().meta({ description: 'Why the newest attempt failed; null once one went well.' }),
    lastErrorAt: Timestamp.nullable(),
    createdAt: Timestamp,
    modifiedAt: Timestamp,
    createdByEmail: z.string().nullable(),
    modifiedByEmail: z.string().nullable(),
  })
  .meta({ id: 'NotificationRule' });

const NotificationTest = z
  .object({
    outcome: z.enum(['sent', 'failed', 'waiting']),
    message: z.string(),
    notificationId: z.guid(),
  })
  .meta({ id: 'NotificationTest' });

const states = ['waiting', 'sent', 'failed', 'dropped'] as const;
const Notification = z
  .object({
    id: z.guid(),
    noticeId: z
      .guid()
      .meta({ description: 'As receivers see it; the same for all rules, and on a repeated delivery.' }),
    ruleId: z.guid(),
    rule: z.string(),
    kind: z.string(),
    severity: z.enum(severities),
    title: z.string(),
    facts: JsonMap,
    state: z.enum(states).meta({
      description:
        'waiting: to be sent or tried again. failed: not taken within a day. dropped: never tried, or the rule was switched off.',
    }),
    attempts: z.int(),
    repeats: z.int().meta({ description: 'How many like it were held back since the one before.' }),
    reason: z.string().nullable().meta({ description: 'Why it waits, or did not go out.' }),
    createdAt: Timestamp,
    nextAttemptAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Notification' });

const Notifications = z
  .object({
    items: z.array(Notification),
    next: z.string().nullable().meta({ description: 'Send it as `after` to read on; null at the end.' }),
  })
  .meta({ id: 'Notifications' });

function present(row: NotificationRule): z.output<typeof NotificationRuleBody> {
  return {
    id: row.id,
    name: row.name,
    events: JSON.parse(row.events) as string[],
    connection: row.connection,
    connectionId: row.connection_id,
    environment: row.environment,
    enabled: row.enabled === 1,
    sourceConnections: row.source_connections === null ? null : (JSON.parse(row.source_connections) as string[]),
    minSeverity: row.min_severity,
    lastSentAt: timestampOrNull(row.last_sent_at),
    lastError: row.last_error,
    lastErrorAt: timestampOrNull(row.last_error_at),
    createdAt: timestamp(row.created_at),
    modifiedAt: timestamp(row.modified_at),
    createdByEmail: row.created_by_email,
    modifiedByEmail: row.modified_by_email,
  };
}

function presentDelivery(row: NotificationDelivery): z.output<typeof Notification> {
  return {
    id: row.id,
    noticeId: row.notice_id,
    ruleId: row.rule_id,
    rule: row.rule,
    kind: row.kind,
    severity: row.severity,
    title: titleOf(row.kind, row.facts),
    facts: JSON.parse(row.facts),
    state: row.state,
    attempts: row.attempts,
    repeats: row.repeats,
    reason: row.reason,
    createdAt: timestamp(row.created_at),
    nextAttemptAt: row.state === 'waiting' ? timestamp(row.next_attempt_at) : null,
    endedAt: timestampOrNull(row.ended_at),
  };
}

/** Without what is not there: an absent field stays as it is. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Who is told what, and what became of it. */
export const notificationRoutes = [
  route({
    ...onRules,
    method: 'GET',
    operationId: 'listNotificationRules',
    summary: 'List the notification rules of a project, by name',
    access: 'source_connections:read',
    returns: { 200: z.array(NotificationRuleBody) },
    errors: ['project_not_found'],
    handler: async ({ actor, params, services }) =>
      (await services.notifications.list(actor, params.projectName)).map(present),
  }),
  route({
    ...onRules,
    method: 'POST',
    operationId: 'createNotificationRule',
    summary: 'Say what is told by which connection',
    access: 'source_connections:write',
    body: z
      .strictObject({
        name: Name,
        events: Events,
        connection: Connection,
        environment: Environment.default('production'),
        enabled: z.boolean().default(true),
        sourceConnections: SourceConnections.default(null),
        minSeverity: MinSeverity.default('info'),
      })
      .meta({ id: 'NewNotificationRule' }),
    returns: { 201: NotificationRuleBody },
    errors: [
      'project_not_found',
      'notification_rule_exists',
      'invalid_notification_rule',
      'too_many_notification_rules',
    ],
    idempotent: true,
    handler: async ({ actor, params, body, services }) =>
      present(await services.notifications.create(actor, params.projectName, body)),
  }),
  route({
    ...onRule,
    method: 'GET',
    operationId: 'getNotificationRule',
    summary: 'Show a notification rule, and how its newest delivery went',
    access: 'source_connections:read',
    returns: { 200: NotificationRuleBody },
    errors: ['project_not_found', 'notification_rule_not_found'],
    handler: async ({ actor, params, services }) =>
      present(await services.notifications.get(actor, params.projectName, params.ruleId)),
  }),
  route({
    ...onRule,
    method: 'PATCH',
    operationId: 'updateNotificationRule',
    summary: 'Change a notification rule; switched off, it drops what it has not sent yet',
    access: 'source_connections:write',
    body: z
      .strictObject({
        name: Name.optional(),
        events: Events.optional(),
        connection: Connection.optional(),
        environment: Environment.optional(),
        enabled: z.boolean().optional(),
        sourceConnections: SourceConnections.optional(),
        minSeverity: MinSeverity.optional(),
      })
      .refine((fields) => Object.keys(fields).length > 0, 'At least one field must be provided for update')
      .meta({ id: 'NotificationRuleUpdate' }),
    returns: { 200: NotificationRuleBody },
    errors: [
      'project_not_found',
      'notification_rule_not_found',
      'notification_rule_exists',
      'invalid_notification_rule',
    ],
    handler: async ({ actor, params, body, services }) =>
      present(await services.notifications.update(actor, params.projectName, params.ruleId, given(body))),
  }),
  route({
    ...onRule,
    method: 'DELETE',
    operationId: 'deleteNotificationRule',
    summary: 'Delete a notification rule with its history',
    access: 'source_connections:write',
    returns: { 200: NotificationRuleBody },
    errors: ['project_not_found', 'notification_rule_not_found'],
    handler: async ({ actor, params, services }) =>
      present(await services.notifications.delete(actor, params.projectName, params.ruleId)),
  }),
  route({
    ...onRule,
    method: 'POST',
    path: `${onRule.path}/test`,
    operationId: 'testNotificationRule',
    summary: 'Send a test by the connection of a rule, and say within fifteen seconds how it went',
    access: 'source_connections:write',
    returns: { 200: NotificationTest },
    errors: ['project_not_found', 'notification_rule_not_found'],
    async handler({ actor, params, services }) {
      const { outcome, message, deliveryId } = await services.notifications.test(
        actor,
        params.projectName,
        params.ruleId,
      );
      return { outcome, message, notificationId: deliveryId };
    },
  }),
  route({
    tag: 'Notifications',
    method: 'GET',
    path: '/projects/:projectName/notifications',
    params: ProjectParams,
    inProject: true,
    operationId: 'listNotifications',
    summary: 'List what was told or waits to be, newest first',
    access: 'source_connections:read',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      after: z.string().max(200).optional(),
      rule: idOf<NotificationRuleId>().optional().meta({ description: 'Id of a rule: only what it has to send.' }),
      state: z.enum(states).optional(),
    }),
    returns: { 200: Notifications },
    errors: ['project_not_found'],
    async handler({ actor, params, query, services }) {
      const { rule: ruleId, ...rest } = query;
      const { items, next } = await services.notifications.history(actor, params.projectName, { ...rest, ruleId });
      return { items: items.map(presentDelivery), next };
    },
  }),
];
