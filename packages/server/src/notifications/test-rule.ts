import type { ControlStore, Queryable } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type NoticeDeliveryId, type NoticeId } from '../lib/ids.ts';
import { insertDeliveries, insertNotice } from './notices/repository.ts';
import { dropWaiting, findDelivery, type RuleRow } from './repository.ts';

/** How a test of a rule went. */
export interface TestResult {
  /** `waiting`: a worker has it in hand, but the far end takes its time. */
  readonly outcome: 'sent' | 'failed' | 'waiting';
  readonly message: string;
  readonly deliveryId: NoticeDeliveryId;
}

/** A worker looks every five seconds; some more for the far end. */
const WITHIN_MS = 15_000;
/** A worker has said why it cannot send: only another one that can is still waited for. */
const OTHERS_WITHIN_MS = 6_000;
const LOOK_MS = 100;

/** Writes down a notice of the kind `test` for this rule alone. */
export async function recordTest(
  tx: Queryable,
  rule: RuleRow,
  project: string,
  now: number,
): Promise<NoticeDeliveryId> {
  const { organization_id, project_id, id: rule_id, name } = rule;
  const notice = { id: newId<NoticeId>(), organization_id, project_id, created_at: now };
  const facts = JSON.stringify({ kind: 'test', project, rule: name, ruleId: rule_id });
  await insertNotice(tx, { ...notice, kind: 'test', severity: 'info', facts });
  const id = newId<NoticeDeliveryId>();
  const delivery = { id, organization_id, project_id, notice_id: notice.id, rule_id, created_at: now };
  await insertDeliveries(tx, [{ ...delivery, state: 'waiting', next_attempt_at: now }]);
  return id;
}

/** Waits until the test is over, at most fifteen seconds; one that nobody has taken by then is not sent later. */
export async function awaitTest(
  { control, clock }: { readonly control: ControlStore; readonly clock: Clock },
  rule: RuleRow,
  deliveryId: NoticeDeliveryId,
): Promise<TestResult> {
  const begun = clock.now();
  const isOver = (reason: string | null) => clock.now() - begun >= (reason === null ? WITHIN_MS : OTHERS_WITHIN_MS);
  const look = () => findDelivery(control.db, rule.organization_id, deliveryId);
  for (let found = await look(); found?.state === 'waiting' && !isOver(found.reason); found = await look())
    await clock.sleep(LOOK_MS);
  const untaken = `No worker of the environment ${rule.environment} that holds the connection ${rule.connection} has taken it. Deploy the connection, and look whether a worker runs.`;
  const which = { ruleId: rule.id, deliveryId };
  const reason = (await look())?.reason ?? untaken;
  await control.transaction((tx) => dropWaiting(tx, rule.organization_id, which, { reason, now: clock.now() }));
  const found = await look();
  if (found?.state === 'sent') return { outcome: 'sent', message: 'The far end has taken it.', deliveryId };
  if (found?.state === 'waiting')
    return { outcome: 'waiting', message: 'The far end has not answered yet.', deliveryId };
  return { outcome: 'failed', message: found?.reason ?? untaken, deliveryId };
}
