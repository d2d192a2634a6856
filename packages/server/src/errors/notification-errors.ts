import type { Declaration } from '../errors.ts';

/** What goes wrong with the rules that say who is told what. Part of the catalogue. */
export const notificationErrors = {
  /** The project has no rule of this id. List them with `GET /tributary/v1/projects/{projectName}/notification-rules`. */
  notification_rule_not_found: {
    kind: 'not_found',
    message: (d: { id: string }) => `Notification rule ${d.id} not found`,
  },
  /** The project has a rule of this name already; names compare without case. Choose another. */
  notification_rule_exists: {
    kind: 'conflict',
    message: (d: { name: string }) => `A notification rule named '${d.name}' already exists in this project`,
  },
  /** The rule names a connection, an environment or a source connection that the project does not have, or a connection that cannot carry notifications; the message says which. */
  invalid_notification_rule: { kind: 'invalid', message: (d: { reason: string }) => d.reason },
  /** The project has as many rules as one may have. Delete some, or join rules that differ in their events only. */
  too_many_notification_rules: {
    kind: 'rejected',
    message: (d: { limit: number }) => `A project can have ${d.limit} notification rules at most`,
  },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
