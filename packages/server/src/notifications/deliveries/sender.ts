import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { FarEndGone } from '@tributary/connectors/kit/far-end-gone';
import type { OpenConnection } from '@tributary/connectors/kit/connection-type';
import type { Logger } from '@tributary/connectors/kit/context';
import type { ControlStore } from '../../control/database.ts';
import { backoffMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { failpoint } from '../../lib/failpoints.ts';
import type { ConnectionId } from '../../lib/ids.ts';
import type { HeldConnections } from '../held-connections.ts';
import type { DeliveryOutcome } from '../model.ts';
import { noticeOf } from '../words.ts';
import {
  type AwaitedConnection,
  type ClaimedDelivery,
  endDelivery,
  endOverdue,
  listAwaited,
  noteOnRule,
  noteWaiting,
  putBack,
  switchOffRule,
  takeDue,
} from './repository.ts';

export interface SenderNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly held: HeldConnections;
  /** The environment that this worker serves, folded to lower case. */
  readonly environmentKey: string;
  /** Names this process; unique among all that ever were. */
  readonly owner: string;
  /** `TRIBUTARY_PUBLIC_URL`, for links. */
  readonly publicUrl: string | undefined;
  /** Numbers in [0, 1). */
  readonly random?: () => number;
  /** Hears how each attempt went. */
  readonly onOutcome?: (outcome: DeliveryOutcome) => void;
}

const DAY_MS = 86_400_000;
/** A far end that has not answered by then is tried again. */
const SEND_WITHIN_MS = 30_000;
/** Longer than an attempt takes: nobody else sends meanwhile. */
const LEASE_MS = 60_000;
const RETRY = { firstMs: 5_000, maxMs: 3_600_000 };
const POLL_MS = 5_000;
const AT_ONCE = 8;
/** One slow far end must not keep the others waiting. */
const AT_ONCE_OF_ONE = 2;
/** So long after a look what nobody has taken for a day is looked for again. */
const HOUSEKEEPING_MS = 60_000;
/** The same for why others wait, for each connection. */
const NOTE_EVERY_MS = 10_000;
/** A stop of the process waits no longer; the lease ends by itself, and the notice goes out twice rather than never. */
const STOP_WITHIN_MS = 5_000;

type CarryingConnection = OpenConnection & Required<Pick<OpenConnection, 'notify'>>;
const carries = (open: OpenConnection): open is CarryingConnection => open.notify !== undefined;

/** Why a notification was not taken; `gone`: and none will be, ever. */
interface Refusal {
  readonly reason: string;
  readonly gone: boolean;
}

/** Sends what the rules of all projects have to send by the connections that this worker holds. */
export class NotificationSender {
  readonly #needs: SenderNeeds;
  readonly #sending = new Map<Promise<void>, ConnectionId>();
  #wake: () => void = () => undefined;
  #woken = false;
  #noted = new Map<ConnectionId, number>();
  #lastEnding = -Infinity;

  constructor(needs: SenderNeeds) {
    this.#needs = needs;
  }

  /** Looks for due deliveries at once. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Sends until the signal is aborted; a fault of the control store is logged, and the next look tries again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#needs;
    while (!signal.aborted) {
      this.#woken = false;
      try {
        await this.look();
      } catch (error) {
        if (!signal.aborted) log.warn({ error }, 'notifications could not be looked for');
      }
      if (!this.#woken) await this.#pause(signal);
    }
    const over = new AbortController();
    await Promise.race([this.settled(), clock.sleep(STOP_WITHIN_MS, over.signal).catch(() => undefined)]);
    over.abort();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const rest = new AbortController();
    this.#wake = () => rest.abort();
    await this.#needs.clock.sleep(POLL_MS, AbortSignal.any([signal, rest.signal])).catch(() => undefined);
    this.#wake = () => undefined;
  }

  /** Ends when everything that is being sent has gone out or failed. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending.keys());
  }

  /** One look: takes what is due and begins to send it, and says of the rest why it waits. */
  async look(): Promise<void> {
    const { control, clock, environmentKey } = this.#needs;
    await this.#endOverdue();
    for (const awaited of await listAwaited(control.db, environmentKey, clock.now())) {
      const open = this.#clientOf(awaited);
      if (typeof open === 'string') await this.#note(awaited.connection_id, open);
      else await this.#begin(awaited.connection_id, open);
    }
  }

  /** The client that carries notifications, or why this worker has none. */
  #clientOf({ connection_id: id, handle, enabled }: AwaitedConnection): CarryingConnection | string {
    const { held, environmentKey } = this.#needs;
    try {
      const open = held.get(id);
      if (open && carries(open)) return open;
      if (open) return `Connections of the type of ${handle} carry no notifications; choose another for the rule.`;
    } catch (error) {
      if (error instanceof ConnectorError) return error.message;
      throw error;
    }
    return enabled === 0
      ? `The connection ${handle} is switched off; enable it.`
      : `The connection ${handle} is not deployed to the workers of the environment ${environmentKey}; deploy it.`;
  }

  async #begin(connectionId: ConnectionId, open: CarryingConnection): Promise<void> {
    const { control, clock, environmentKey, owner } = this.#needs;
    const ofOne = [...this.#sending.values()].filter((id) => id === connectionId).length;
    const limit = Math.min(AT_ONCE - this.#sending.size, AT_ONCE_OF_ONE - ofOne);
    if (limit <= 0) return;
    const now = clock.now();
    const claim = { connectionId, environmentKey, owner, limit, now, until: now + LEASE_MS };
    for (const delivery of await control.transaction((tx) => takeDue(tx, control.dialect, claim))) {
      const sending = this.#deliver(delivery, open).finally(() => {
        this.#sending.delete(sending);
        // Its place is free for the next one.
        this.wake();
      });
      this.#sending.set(sending, connectionId);
    }
  }

  async #deliver(delivery: ClaimedDelivery, open: CarryingConnection): Promise<void> {
    const { control, clock, log, publicUrl, onOutcome } = this.#needs;
    try {
      const error = await this.#send(() => open.notify(noticeOf(delivery, publicUrl)));
      if (error === undefined) failpoint('notification.sent');
      const outcome = await control.transaction((tx) => this.#writeDown(tx, delivery, error, clock.now()));
      if (outcome) onOutcome?.(outcome);
      if (error !== undefined)
        log.warn(
          { connectionId: delivery.connectionId, noticeId: delivery.id, attempts: delivery.attempts, outcome },
          'a notification was not taken',
        );
    } catch (error) {
      // The lease ends by itself, and the notice goes out again.
      log.warn({ noticeId: delivery.id, error }, 'how a notification went could not be written down');
    }
  }

  /** Why it was not taken, in words; `undefined` when it was. */
  async #send(notify: () => Promise<void>): Promise<Refusal | undefined> {
    const { clock, log } = this.#needs;
    const over = new AbortController();
    const late = clock.sleep(SEND_WITHIN_MS, over.signal).then(
      () => ({ reason: `The far end did not answer within ${SEND_WITHIN_MS / 1_000} seconds.`, gone: false }),
      () => undefined,
    );
    const sent = (async () => {
      try {
        await notify();
        return undefined;
      } catch (error) {
        if (error instanceof ConnectorError) return { reason: error.message, gone: error instanceof FarEndGone };
        log.warn({ error }, 'a connection broke while it carried a notification');
        return { reason: 'Something went wrong on our side; the log of the worker says what.', gone: false };
      }
    })();
    try {
      return await Promise.race([sent, late]);
    } finally {
      over.abort();
    }
  }

  async #writeDown(
    tx: Parameters<typeof endDelivery>[0],
    delivery: ClaimedDelivery,
    refusal: Refusal | undefined,
    now: number,
  ): Promise<DeliveryOutcome | undefined> {
    const { organizationId, ruleId } = delivery;
    const outcome = await this.#end(tx, delivery, refusal, now);
    if (!outcome) return undefined;
    await noteOnRule(tx, organizationId, ruleId, { error: refusal?.reason ?? null, now });
    if (refusal?.gone === true) await switchOffRule(tx, organizationId, ruleId, { reason: refusal.reason, now });
    return outcome;
  }

  /** Undefined when another attempt has it in hand. */
  async #end(
    tx: Parameters<typeof endDelivery>[0],
    delivery: ClaimedDelivery,
    refusal: Refusal | undefined,
    now: number,
  ): Promise<DeliveryOutcome | undefined> {
    if (!refusal) return (await endDelivery(tx, delivery, { state: 'sent', reason: null, now })) ? 'sent' : undefined;
    const { reason, gone } = refusal;
    const at = now + backoffMs(delivery.attempts - 1, RETRY, this.#needs.random);
    // Whoever tests a rule waits for the answer of the first attempt.
    const isOver = delivery.kind === 'test' || gone || at > delivery.createdAt + DAY_MS;
    if (!isOver) return (await putBack(tx, delivery, { reason, at })) ? 'retried' : undefined;
    return (await endDelivery(tx, delivery, { state: 'failed', reason, now })) ? 'failed' : undefined;
  }

  async #note(id: ConnectionId, reason: string): Promise<void> {
    const { control, clock, environmentKey } = this.#needs;
    const now = clock.now();
    if (now - (this.#noted.get(id) ?? -Infinity) < NOTE_EVERY_MS) return;
    this.#noted.set(id, now);
    await control.transaction((tx) => noteWaiting(tx, id, environmentKey, { reason, now }));
  }

  async #endOverdue(): Promise<void> {
    const { control, clock, onOutcome } = this.#needs;
    const now = clock.now();
    if (now - this.#lastEnding < HOUSEKEEPING_MS) return;
    this.#lastEnding = now;
    this.#noted = new Map([...this.#noted].filter(([, at]) => now - at < NOTE_EVERY_MS));
    const { failed, dropped } = await control.transaction((tx) => endOverdue(tx, now - DAY_MS, now));
    for (let left = failed; left > 0; left -= 1) onOutcome?.('failed');
    for (let left = dropped; left > 0; left -= 1) onOutcome?.('dropped');
  }
}
