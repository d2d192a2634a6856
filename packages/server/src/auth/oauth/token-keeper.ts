import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Authorization, GrantedCredentials } from '@tributary/connectors/kit/authorization';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import type { OAuth1Provider, OAuth2Provider, OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { AuditLog } from '../../audit/service.ts';
import type { ControlStore } from '../../control/database.ts';
import type { Clock } from '../../lib/clock.ts';
import type { OrganizationId } from '../../lib/ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { carriedToken } from './carried-token.ts';
import { handedCredentials } from './handed-credentials.ts';
import type { OAuthClients } from './clients.ts';
import type { OAuthClient } from './oauth-client.ts';
import { signingAuthorization } from './oauth1-signature.ts';
import { accessOf, loadGrant, type KeptGrant } from './renewal/kept-grant.ts';
import { keepRenewingIdle } from './renewal/renew-idle.ts';
import { revokeGrant } from './renewal/revoke-grant.ts';
import { Renewer, type RenewalOutcome, type RenewerNeeds } from './renewal/renewer.ts';
import type { CredentialRef } from './credential-ref.ts';
import { marginMs } from './renewal/times.ts';
import type { OAuth1Tokens, OAuth2Tokens } from './tokens.ts';

export interface TokenKeeperNeeds {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly client: Pick<OAuthClient, 'refresh' | 'verify' | 'revoke'>;
  readonly clients: OAuthClients;
  /** The provider of a connector; `undefined` for one that is not offered any more. */
  readonly providerOf: (organizationId: OrganizationId, connector: string) => Promise<OAuthProvider | undefined>;
  readonly audit: Pick<AuditLog, 'recordOwn'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds after which the renewal of a silent process is taken over; default 20,000. */
  readonly leaseMs?: number;
  /** Numbers in [0, 1) for the jitter. */
  readonly random?: () => number;
  readonly onRenewal?: (outcome: RenewalOutcome) => void;
  readonly onLost?: RenewerNeeds['onLost'];
}

/** Keeps the tokens of all connections by OAuth: one for the service and one for each worker process. */
export interface TokenKeeper {
  /**
   * What a connector takes. Its authorization gives a token that is good for the next request and renews it when need be,
   * once across all processes. Throws `ConnectorError('credential')` when nobody has allowed the access, or it is gone.
   */
  open(ref: CredentialRef, provider: OAuthProvider): Promise<GrantedCredentials>;
  /** What a connector takes that renews tokens by itself. Throws `ConnectorError('credential')` as `open` does. */
  hand(ref: CredentialRef, provider: OAuthProvider): Promise<GrantedCredentials>;
  /** Renews what would die unless it is used, once a minute until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Has the provider take the grant back, within ten seconds. Never rejects: `false` when there was nothing to take back or the
   * provider did not; the log says which.
   */
  revoke(ref: CredentialRef): Promise<boolean>;
  /** Begins no renewal any more, and waits for those that are on their way. */
  close(): Promise<void>;
}

const LEASE_MS = 20_000;
/** A token that may have expired, for all that is known, is proven again after so long. */
const PROVE_EVERY_MS = 900_000;

export function createTokenKeeper(needs: TokenKeeperNeeds): TokenKeeper {
  const { control, vault, random = Math.random, leaseMs = LEASE_MS, onRenewal = () => undefined } = needs;
  const owner = `${hostname()}/${process.pid}/${randomUUID()}`;
  const renewer = new Renewer({ ...needs, owner, leaseMs, random, onRenewal });
  return {
    async open(ref, provider) {
      const kept = await loadGrant(control.db, vault, ref);
      const shown = { ...kept.grant.parameters, ...kept.tokens.captured };
      const authorization =
        provider.type === 'oauth1'
          ? await signing(needs, ref, provider, kept)
          : new KeptBearer({ needs, renewer, ref, provider, jitter: random() }, kept);
      return { authorization, captured: shown };
    },
    async hand(ref, provider) {
      const kept = await loadGrant(control.db, vault, ref);
      const access = await accessOf(needs, ref, provider, kept);
      return handedCredentials(provider, { ...kept.grant, ...(access && { client: access.client }) });
    },
    run: (signal) => keepRenewingIdle({ ...needs, renewer, random }, signal),
    revoke: (ref) => revokeGrant(needs, ref),
    close: () => renewer.close(),
  };
}

interface BearerNeeds {
  readonly needs: Pick<TokenKeeperNeeds, 'control' | 'clock' | 'client' | 'clients' | 'log'>;
  readonly renewer: Renewer;
  readonly ref: CredentialRef;
  readonly provider: OAuth2Provider;
  /** 0 to 1. */
  readonly jitter: number;
}

/** The bearer token of one connection (RFC 6750), as long as a job or a probe uses it. */
class KeptBearer implements Authorization {
  readonly headerName?: string;
  readonly #parts: BearerNeeds;
  /** Of which tokens a header that was given away was made. */
  readonly #given = new WeakMap<Secret, string>();
  #kept: KeptGrant;
  #provenAt: number;

  constructor(parts: BearerNeeds, kept: KeptGrant) {
    this.#parts = parts;
    if (parts.provider.tokenHeader !== undefined) this.headerName = parts.provider.tokenHeader;
    this.#kept = kept;
    this.#provenAt = kept.row.updated_at;
  }

  async header(): Promise<Secret> {
    const { accessToken } = await this.#good();
    const { value } = carriedToken(this.#parts.provider, accessToken);
    this.#given.set(value, this.#kept.mark);
    return value;
  }

  async renew(refused: Secret): Promise<boolean> {
    const mark = this.#given.get(refused);
    if (mark === undefined) return false;
    // Another request of this job has renewed it already.
    if (mark !== this.#kept.mark) return true;
    // Nothing can be renewed, and the provider stands by the token: the source has another reason to say no.
    if (!this.#tokens.refreshToken && (await this.#isGood())) return false;
    await this.#renew(mark, 'The source refuses the access, and the provider gave nothing to renew it with.');
    return true;
  }

  async #good(): Promise<OAuth2Tokens> {
    const { clock } = this.#parts.needs;
    const { expiresAt } = this.#tokens;
    if (expiresAt === undefined) await this.#prove();
    else if (clock.now() >= expiresAt - marginMs(expiresAt, this.#kept.row.updated_at, this.#parts.jitter))
      await this.#renewInTime(expiresAt);
    return this.#tokens;
  }

  get #tokens(): OAuth2Tokens {
    return this.#kept.tokens as OAuth2Tokens;
  }

  /** As long as the present token lasts, a renewal that fails for now is no reason to stop. */
  async #renewInTime(expiresAt: number): Promise<void> {
    const { clock, log } = this.#parts.needs;
    const lapsed = clock.now() >= expiresAt;
    if (!this.#tokens.refreshToken && !lapsed) return;
    try {
      await this.#renew(this.#kept.mark, 'The access has expired, and the provider gave nothing to renew it with.');
    } catch (error) {
      const final = !(error instanceof ConnectorError) || error.reason === 'credential';
      if (final || clock.now() >= expiresAt) throw error;
      log.info(
        { connectionId: this.#parts.ref.connectionId, reason: error.reason },
        'the access is used up to its end',
      );
    }
  }

  async #renew(mark: string, withoutRefreshToken: string): Promise<void> {
    const { renewer, ref, provider } = this.#parts;
    this.#kept = this.#tokens.refreshToken
      ? await renewer.newer(ref, provider, mark)
      : await renewer.refuse(ref, mark, withoutRefreshToken);
    this.#provenAt = this.#parts.needs.clock.now();
  }

  /** A provider that does not say how long its tokens last is asked now and then; one that says "for ever" is believed. */
  async #prove(): Promise<void> {
    const { provider, needs } = this.#parts;
    const now = needs.clock.now();
    if (provider.accessTtl === null || !provider.verify || now - this.#provenAt < PROVE_EVERY_MS) return;
    this.#provenAt = now;
    if ((await this.#isGood()) === false)
      await this.#renew(this.#kept.mark, 'The provider says that the access is not good any more.');
  }

  /** `undefined`: it cannot be told. */
  async #isGood(): Promise<boolean | undefined> {
    const { provider, needs, ref } = this.#parts;
    const access = await accessOf(needs, ref, provider, this.#kept);
    return access && needs.client.verify(access, this.#tokens).catch(() => undefined);
  }
}

async function signing(
  needs: TokenKeeperNeeds,
  ref: CredentialRef,
  provider: OAuth1Provider,
  kept: KeptGrant,
): Promise<Authorization> {
  const access = await accessOf(needs, ref, provider, kept);
  if (!access)
    throw new ConnectorError('configuration', `There is no client of ${provider.title} to sign requests with.`);
  return signingAuthorization({ ...access, clock: needs.clock }, kept.tokens as OAuth1Tokens);
}
