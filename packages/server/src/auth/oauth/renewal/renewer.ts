import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import type { AuditLog } from '../../../audit/service.ts';
import type { ControlStore, Queryable } from '../../../control/database.ts';
import { backoffMs } from '../../../lib/backoff.ts';
import type { Clock } from '../../../lib/clock.ts';
import { failpoint } from '../../../lib/failpoints.ts';
import type { Vault } from '../../../vault/vault.ts';
import type { OAuthClients } from '../clients.ts';
import type { OAuthClient } from '../oauth-client.ts';
import type { OAuth2Tokens } from '../tokens.ts';
import { askedRestMs, connectorErrorOf, isLasting, isRefusal, isUncertain } from '../fault.ts';
import { accessOf, loadGrant, sealTokens, type KeptGrant } from './kept-grant.ts';
import type { CredentialRef } from '../credential-ref.ts';
import type { RenewalLease, SeenLease } from './repository.ts';
import { extendLease, pauseSchedules, releaseLease, storeRefusal, storeRenewed, takeLease } from './repository.ts';
import { timesOf } from './times.ts';

/** How a renewal ended: `lost` is one whose answer came after another process had taken over, or a person had given a new credential. */
export const renewalOutcomes = ['renewed', 'refused', 'failed', 'lost'] as const;
export type RenewalOutcome = (typeof renewalOutcomes)[number];

export interface RenewerNeeds {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly client: Pick<OAuthClient, 'refresh'>;
  readonly clients: OAuthClients;
  readonly audit: Pick<AuditLog, 'recordOwn'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Names this process; unique among all that ever were. */
  readonly owner: string;
  /** How long a lease stands without being extended before another takes it. */
  readonly leaseMs: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** In the transaction that pauses the schedules, before it does: the access is gone, and why. */
  readonly onLost?:
    | ((tx: Queryable, lost: CredentialRef & { readonly reason: string; readonly now: number }) => Promise<void>)
    | undefined;
  /** Hears of every renewal that this process has tried. */
  readonly onRenewal: (outcome: RenewalOutcome) => void;
}

/** How long one caller waits for another process, in milliseconds. */
const WAIT_WITHIN_MS = 90_000;
const POLL = { firstMs: 20, maxMs: 1_000 };
const TRIES = 3;
const BETWEEN_TRIES = { firstMs: 500, maxMs: 4_000 };
/** How long nobody asks a provider that has just failed several times in a row. */
const REST = { firstMs: 5_000, maxMs: 60_000 };
/** A rest beyond this comes from a clock that is wrong. */
const LONGEST_REST_MS = 3_600_000;
/** Shorter rests are waited for. */
const SHORT_REST_MS = 2_000;
/** What a provider has answered is not given up sooner: a rotated token that is not stored is lost. */
const STORE_WITHIN_MS = 60_000;

/**
 * Renews the tokens of one credential at a time across all processes. Whoever has the lease on the credential's row asks the
 * provider; all others wait and read what it has stored. New tokens are committed before anybody uses them.
 */
export class Renewer {
  readonly #needs: RenewerNeeds;
  readonly #inHand = new Map<string, Promise<KeptGrant>>();
  readonly #failures = new Map<string, number>();
  #closing = false;

  constructor(needs: RenewerNeeds) {
    this.#needs = needs;
  }

  /** Waits for what is on its way to a provider: an answer that nobody stores may be the last that it gives. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#inHand.values());
  }

  /**
   * Gives newer tokens than those of `seen` (a grant's `mark`), asking the provider only when nobody else has. Throws
   * `ConnectorError`: `credential` when the grant is gone for good; `unavailable`, `rate_limited` or `invalid_answer` when it
   * may go better later.
   */
  async newer(ref: CredentialRef, provider: OAuth2Provider, seen: string): Promise<KeptGrant> {
    const running = this.#inHand.get(ref.connectionId);
    if (running) {
      const got = await running;
      if (got.mark !== seen) return got;
      // That renewal had begun before its tokens were refused; the next one has not, also when another caller leads it.
    }
    return this.#inHand.get(ref.connectionId) ?? this.#start(ref, provider, seen);
  }

  #start(ref: CredentialRef, provider: OAuth2Provider, seen: string): Promise<KeptGrant> {
    const started = this.#lead(ref, provider, seen)
      .catch((error: unknown) => {
        throw connectorErrorOf(error);
      })
      .finally(() => this.#inHand.delete(ref.connectionId));
    this.#inHand.set(ref.connectionId, started);
    return started;
  }

  async #lead(ref: CredentialRef, provider: OAuth2Provider, seen: string): Promise<KeptGrant> {
    const { control, vault, clock, owner, leaseMs, random } = this.#needs;
    const patience = new LeasePatience(leaseMs);
    const end = clock.now() + WAIT_WITHIN_MS;
    for (let attempt = 0; clock.now() < end && !this.#closing; attempt += 1) {
      const kept = await loadGrant(control.db, vault, ref);
      if (kept.mark !== seen) return kept;
      const { row } = kept;
      const stale = row.renewal_owner === null ? undefined : patience.observe(row, clock.now());
      if (row.renewal_owner === null) await this.#rest(row);
      if (row.renewal_owner === null || stale) {
        const until = clock.now() + leaseMs;
        const lease = await takeLease(control.db, ref, {
          owner,
          until,
          ciphertext: row.ciphertext,
          ...(stale && { seen: stale }),
        });
        const got = lease && (await this.#renewUnder(lease, kept, provider, stale !== undefined));
        if (got) return got;
      }
      await clock.sleep(backoffMs(attempt, POLL, random));
    }
    const why = this.#closing ? 'This process stops.' : 'Another process is still renewing it.';
    throw new ConnectorError('unavailable', `The access was not renewed. ${why}`);
  }

  /** Keeps to the rest that was agreed on after failures; throws when it is long. */
  async #rest({ renewal_until: until }: KeptGrant['row']): Promise<void> {
    const { clock } = this.#needs;
    const left = (until ?? 0) - clock.now();
    if (left <= 0 || left > LONGEST_REST_MS) return;
    if (left > SHORT_REST_MS)
      throw new ConnectorError('unavailable', 'The provider did not renew the access; it is asked again soon.', {
        retryAfterMs: left,
      });
    await clock.sleep(left);
  }

  async #renewUnder(
    lease: RenewalLease,
    kept: KeptGrant,
    provider: OAuth2Provider,
    tookOver: boolean,
  ): Promise<KeptGrant | undefined> {
    const over = new AbortController();
    void this.#keepLease(lease, over.signal);
    try {
      return await this.#ask(lease, kept, provider, tookOver);
    } finally {
      over.abort();
    }
  }

  async #keepLease(lease: RenewalLease, signal: AbortSignal): Promise<void> {
    const { control, clock, leaseMs, log } = this.#needs;
    for (;;) {
      await clock.sleep(leaseMs / 4, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (!(await extendLease(control.db, lease, clock.now() + leaseMs))) return;
      } catch (error) {
        log.warn({ connectionId: lease.connectionId, error }, 'the lease of a renewal could not be extended');
      }
    }
  }

  async #ask(
    lease: RenewalLease,
    kept: KeptGrant,
    provider: OAuth2Provider,
    tookOver: boolean,
  ): Promise<KeptGrant | undefined> {
    const { clock, random, log } = this.#needs;
    const { connectionId } = lease;
    failpoint('renewal.leased');
    let uncertain = tookOver;
    for (let attempt = 0; ; attempt += 1) {
      let fresh: OAuth2Tokens;
      try {
        fresh = await this.#refresh(lease, kept, provider);
      } catch (error) {
        if (isRefusal(error)) return this.#refuse(lease, kept, refusalWords(provider, error.message, uncertain));
        uncertain ||= isUncertain(error);
        log.warn(
          { connectionId, provider: provider.id, attempt, error },
          'the access of a connection could not be renewed',
        );
        const asked = askedRestMs(error);
        const last = attempt + 1 >= TRIES || this.#closing;
        if (last || asked !== undefined || isLasting(error)) return this.#giveUp(lease, error, asked);
        await clock.sleep(backoffMs(attempt, BETWEEN_TRIES, random));
        continue;
      }
      failpoint('renewal.answered');
      return this.#store(lease, kept, provider, fresh);
    }
  }

  async #refresh(lease: RenewalLease, kept: KeptGrant, provider: OAuth2Provider): Promise<OAuth2Tokens> {
    const access = await accessOf(this.#needs, lease, provider, kept);
    if (access) return this.#needs.client.refresh(access, kept.tokens as OAuth2Tokens);
    throw new ConnectorError(
      'configuration',
      `There is no OAuth client of ${provider.title} to renew the access with; connect the source anew.`,
    );
  }

  async #store(
    lease: RenewalLease,
    kept: KeptGrant,
    provider: OAuth2Provider,
    fresh: OAuth2Tokens,
  ): Promise<KeptGrant | undefined> {
    const { control, vault, clock, random, log } = this.#needs;
    const now = clock.now();
    const times = timesOf(fresh, provider, now, random());
    const stored = await this.#settle(lease, kept, (current) => {
      const sealed = sealTokens(vault, lease, current, fresh);
      return control.transaction(async (tx) => {
        const written = await storeRenewed(tx, lease, { seen: current.row.ciphertext, sealed, times, now });
        failpoint('renewal.before-commit');
        return written;
      });
    });
    if (stored) failpoint('renewal.committed');
    else log.warn({ connectionId: lease.connectionId }, 'a renewal came too late and was dropped');
    this.#failures.delete(lease.connectionId);
    this.#needs.onRenewal(stored ? 'renewed' : 'lost');
    return this.#decided(lease, kept, stored);
  }

  /**
   * There is nothing to renew with, and the tokens are known to be good no more. Gives what a person has stored meanwhile;
   * throws `ConnectorError('credential')` otherwise.
   */
  async refuse(ref: CredentialRef, seen: string, reason: string): Promise<KeptGrant> {
    const { control, vault, clock, owner, leaseMs } = this.#needs;
    for (;;) {
      const kept = await loadGrant(control.db, vault, ref);
      if (kept.mark !== seen) return kept;
      const take = { owner, until: clock.now() + leaseMs, ciphertext: kept.row.ciphertext };
      const lease = await takeLease(control.db, ref, {
        ...take,
        ...(kept.row.renewal_owner !== null && { seen: kept.row }),
      });
      const now = lease && (await this.#refuse(lease, kept, reason));
      if (now) return now;
    }
  }

  /** Terminal: the reason is stored, schedules pause, and the trace is written, all or nothing and once. */
  async #refuse(lease: RenewalLease, kept: KeptGrant, reason: string): Promise<KeptGrant | undefined> {
    const { control, clock, audit, log, onLost, onRenewal } = this.#needs;
    const { organizationId, connectionId } = lease;
    const refused = await this.#settle(lease, kept, (current) =>
      control.transaction(async (tx) => {
        if (!(await storeRefusal(tx, lease, { seen: current.row.ciphertext, reason }))) return false;
        await onLost?.(tx, { organizationId, connectionId, reason, now: clock.now() });
        await pauseSchedules(tx, lease, clock.now());
        await audit.recordOwn(tx, organizationId, {
          action: 'connection.credential_refused',
          subjectKind: 'connection',
          subjectId: connectionId,
        });
        return true;
      }),
    );
    if (refused)
      log.warn({ connectionId, reason }, 'a grant is gone; schedules pause until the access is allowed anew');
    onRenewal(refused ? 'refused' : 'lost');
    return this.#decided(lease, kept, refused);
  }

  /** What stands now; throws when that is a refusal, `undefined` when another process is still at it. */
  async #decided(lease: RenewalLease, kept: KeptGrant, byUs: boolean): Promise<KeptGrant | undefined> {
    const now = await loadGrant(this.#needs.control.db, this.#needs.vault, lease);
    return byUs || now.mark !== kept.mark ? now : undefined;
  }

  async #giveUp(lease: RenewalLease, error: unknown, askedMs: number | undefined): Promise<never> {
    const { control, clock, random, onRenewal } = this.#needs;
    const failures = this.#failures.get(lease.connectionId) ?? 0;
    this.#failures.set(lease.connectionId, failures + 1);
    const restMs = Math.min(askedMs ?? backoffMs(failures, REST, random), LONGEST_REST_MS);
    await releaseLease(control.db, lease, clock.now() + restMs);
    onRenewal('failed');
    throw connectorErrorOf(error, restMs);
  }

  /**
   * Writes while the lease stands and the tokens are those that were asked for; what was only sealed anew meanwhile is
   * written over. Tries for a minute when the control store is away. `false`: somebody else has decided.
   */
  async #settle(
    lease: RenewalLease,
    kept: KeptGrant,
    write: (current: KeptGrant) => Promise<boolean>,
  ): Promise<boolean> {
    const { control, vault, clock, log, random } = this.#needs;
    const end = clock.now() + STORE_WITHIN_MS;
    let current = kept;
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (attempt > 0) {
          current = await loadGrant(control.db, vault, lease);
          if (current.mark !== kept.mark || current.row.renewal_fence !== lease.fence) return false;
        }
        if (await write(current)) return true;
      } catch (error) {
        if (error instanceof ConnectorError) return false;
        log.warn({ connectionId: lease.connectionId, error }, 'the end of a renewal could not be stored yet');
        if (clock.now() >= end) throw error;
        await clock.sleep(backoffMs(attempt, POLL, random));
      }
    }
  }
}

/**
 * Judges a lease of another process by its own clock: it is over when it was not extended for its whole length, whatever
 * the clock of its owner says.
 */
class LeasePatience {
  readonly #leaseMs: number;
  #seen: SeenLease | undefined;
  #since = 0;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  /** The lease as it may be taken over, once it may. */
  observe({ renewal_fence, renewal_until }: KeptGrant['row'], now: number): SeenLease | undefined {
    if (this.#seen?.renewal_fence !== renewal_fence || this.#seen.renewal_until !== renewal_until) {
      this.#seen = { renewal_fence, renewal_until };
      this.#since = now;
    }
    return now - this.#since >= this.#leaseMs ? this.#seen : undefined;
  }
}

/** An answer that was lost on the way to us has used up the token of a provider that takes each once. */
function refusalWords(provider: OAuth2Provider, said: string, uncertain: boolean): string {
  const used = uncertain && provider.rotation === 'single_use';
  return used
    ? `${provider.title} has used up the refresh token: an earlier renewal was cut off before its answer was stored. Allow the access again.`
    : said;
}
