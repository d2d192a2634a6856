import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { DeliveryState } from '../control/notification-tables.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type NotificationRuleId, type ProjectId } from '../lib/ids.ts';
import { decodePlace, encodePlace } from '../lib/page-cursor.ts';
import type { ProjectService } from '../projects/service.ts';
import {
  deleteRule,
  type DeliveryRow,
  dropWaiting,
  findRule,
  hasRuleNamed,
  insertRule,
  listDeliveries,
  listRules,
  type RuleRow,
  updateRule,
} from './repository.ts';
import { columnsOf, type RuleInput } from './rule-input.ts';
import { awaitTest, recordTest, type TestResult } from './test-rule.ts';

/** So many are looked at whenever something happens in a project. */
const RULES = 100;
const subjectKind = 'notification_rule';

export type NotificationRule = RuleRow;
export type NotificationDelivery = DeliveryRow;

export interface HistoryFilter {
  readonly limit: number;
  /** `next` of the page before; anything else begins at the newest. */
  readonly after?: string | undefined;
  readonly ruleId?: NotificationRuleId | undefined;
  readonly state?: DeliveryState | undefined;
}

/** Who is told what, by which connection; and what became of it. Projects are known by name. */
export interface NotificationService {
  /** By name. @throws project_not_found */
  list(actor: Actor, project: string): Promise<readonly RuleRow[]>;
  /** @throws project_not_found, notification_rule_not_found */
  get(actor: Actor, project: string, id: NotificationRuleId): Promise<RuleRow>;
  /** @throws project_not_found, forbidden, notification_rule_exists, too_many_notification_rules, invalid_notification_rule */
  create(actor: Actor, project: string, input: RuleInput): Promise<RuleRow>;
  /** What is switched off sends nothing more. @throws as `create`, and notification_rule_not_found */
  update(actor: Actor, project: string, id: NotificationRuleId, change: Partial<RuleInput>): Promise<RuleRow>;
  /** With its history. @throws project_not_found, forbidden, notification_rule_not_found */
  delete(actor: Actor, project: string, id: NotificationRuleId): Promise<RuleRow>;
  /** Sends a test and waits a while for how it goes; also when the rule is off. @throws as `delete` */
  test(actor: Actor, project: string, id: NotificationRuleId): Promise<TestResult>;
  /** Newest first. @throws project_not_found */
  history(
    actor: Actor,
    project: string,
    filter: HistoryFilter,
  ): Promise<{ readonly items: readonly DeliveryRow[]; readonly next: string | null }>;
}

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly projects: Pick<ProjectService, 'getFor'>;
  /** Has the workers look for notifications at once. */
  readonly wake: () => void;
}

type Project = { readonly id: ProjectId; readonly name: string };

async function getRule(db: Queryable, actor: Actor, project: Project, id: NotificationRuleId): Promise<RuleRow> {
  const row = await findRule(db, actor.organizationId, project.id, id);
  if (!row) throw errors.notification_rule_not_found({ id });
  return row;
}

async function create({ clock, audit, projects }: Needs, tx: Queryable, actor: Actor, name: string, input: RuleInput) {
  const { organizationId, email } = actor;
  const project = await projects.getFor(tx, actor, name, 'CONNECTIONS:MANAGE');
  if ((await listRules(tx, organizationId, project.id)).length >= RULES)
    throw errors.too_many_notification_rules({ limit: RULES });
  const columns = (await columnsOf({ db: tx, organizationId, project }, input)) as Required<
    Awaited<ReturnType<typeof columnsOf>>
  >;
  const now = clock.now();
  const id = newId<NotificationRuleId>();
  const stamps = { created_at: now, modified_at: now, created_by_email: email, modified_by_email: email };
  const row = { id, organization_id: organizationId, project_id: project.id, ...columns, ...stamps };
  if (!(await insertRule(tx, row))) throw errors.notification_rule_exists({ name: input.name });
  await audit.record(tx, actor, { action: 'notification_rule.created', subjectKind, subjectId: id });
  return getRule(tx, actor, project, id);
}

async function update(
  { clock, audit, projects }: Needs,
  tx: Queryable,
  actor: Actor,
  name: string,
  { id, change }: { readonly id: NotificationRuleId; readonly change: Partial<RuleInput> },
) {
  const { organizationId, email } = actor;
  const project = await projects.getFor(tx, actor, name, 'CONNECTIONS:MANAGE');
  await getRule(tx, actor, project, id);
  const now = clock.now();
  const columns = await columnsOf({ db: tx, organizationId, project }, change);
  if (columns.name_key !== undefined && (await hasRuleNamed(tx, organizationId, project.id, columns.name_key, id)))
    throw errors.notification_rule_exists({ name: change.name ?? '' });
  await updateRule(tx, organizationId, id, { ...columns, modified_at: now, modified_by_email: email });
  if (change.enabled === false)
    await dropWaiting(tx, organizationId, { ruleId: id }, { reason: 'The rule was switched off.', now });
  await audit.record(tx, actor, { action: 'notification_rule.updated', subjectKind, subjectId: id });
  return getRule(tx, actor, project, id);
}

export function createNotificationService(needs: Needs): NotificationService {
  const { control, audit, clock, projects, wake } = needs;
  const reading = (actor: Actor, name: string) => projects.getFor(control.db, actor, name, 'CONNECTIONS:VIEW');
  return {
    list: async (actor, name) => listRules(control.db, actor.organizationId, (await reading(actor, name)).id),
    get: async (actor, name, id) => getRule(control.db, actor, await reading(actor, name), id),
    create: (actor, name, input) => control.transaction((tx) => create(needs, tx, actor, name, input)),
    update: (actor, name, id, change) => control.transaction((tx) => update(needs, tx, actor, name, { id, change })),
    delete: (actor, name, id) =>
      control.transaction(async (tx) => {
        const project = await projects.getFor(tx, actor, name, 'CONNECTIONS:MANAGE');
        const row = await getRule(tx, actor, project, id);
        await deleteRule(tx, actor.organizationId, id);
        await audit.record(tx, actor, { action: 'notification_rule.deleted', subjectKind, subjectId: id });
        return row;
      }),
    async test(actor, name, id) {
      const { rule, deliveryId } = await control.transaction(async (tx) => {
        const project = await projects.getFor(tx, actor, name, 'CONNECTIONS:MANAGE');
        const found = await getRule(tx, actor, project, id);
        const recorded = await recordTest(tx, found, project.name, clock.now());
        await audit.record(tx, actor, { action: 'notification_rule.tested', subjectKind, subjectId: id });
        return { rule: found, deliveryId: recorded };
      });
      wake();
      return awaitTest({ control, clock }, rule, deliveryId);
    },
    async history(actor, name, { limit, after, ruleId, state }) {
      const project = await reading(actor, name);
      const place = after === undefined ? undefined : decodePlace(after);
      const filter = { limit: limit + 1, place, ruleId, state };
      const rows = await listDeliveries(control.db, actor.organizationId, project.id, filter);
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = rows.length > limit && last ? encodePlace({ createdAt: last.created_at, id: last.id }) : null;
      return { items, next };
    },
  };
}
