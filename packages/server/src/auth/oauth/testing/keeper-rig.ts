import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@tributary/connectors/kit/context';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { createAuditLog } from '../../../audit/service.ts';
import { upsertCredential } from '../../../connections/repository.ts';
import type { ControlStore } from '../../../control/database.ts';
import { openControlStore } from '../../../control/open.ts';
import { seedOrganization, type Seed } from '../../../jobs/testing/seed.ts';
import { must } from '../../../lib/asserts.ts';
import { systemClock, type Clock } from '../../../lib/clock.ts';
import type { SourceConnectionId } from '../../../lib/ids.ts';
import { openVault } from '../../../vault/open-vault.ts';
import type { Vault } from '../../../vault/vault.ts';
import { createOAuthClient } from '../create-oauth-client.ts';
import type { OAuthClient } from '../oauth-client.ts';
import type { RenewalOutcome } from '../renewal/renewer.ts';
import type { CredentialRef } from '../credential-ref.ts';
import { findKept, type KeptRow } from '../renewal/repository.ts';
import { writeGrant } from '../stored-grant.ts';
import { createTokenKeeper, type TokenKeeper } from '../token-keeper.ts';
import type { OAuthTokens } from '../tokens.ts';

/** Where a control store is, as processes are told. */
export interface Place {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
}

export interface KeeperOptions {
  readonly provider: OAuth2Provider;
  readonly leaseMs?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** A control store with credentials in it, and keepers of them. */
export class KeeperRig {
  readonly place: Place;
  readonly store: ControlStore;
  readonly vault: Vault;
  readonly seed: Seed;
  /** What keepers of this process told. */
  readonly outcomes: RenewalOutcome[] = [];
  readonly #clients: OAuthClient[] = [];

  private constructor(place: Place, store: ControlStore, vault: Vault, seed: Seed) {
    this.place = place;
    this.store = store;
    this.vault = vault;
    this.seed = seed;
  }

  static async open(databaseUrl?: string): Promise<KeeperRig> {
    const place = { dataDir: mkdtempSync(join(tmpdir(), 'keeper-')), databaseUrl };
    const store = await openPlace(place, 'apply');
    const vault = await openVault({ dataDir: place.dataDir, control: store });
    return new KeeperRig(place, store, vault, await seedOrganization(store, systemClock));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.store.close();
    rmSync(this.place.dataDir, { recursive: true, force: true });
  }

  /** A source connection whose connection has this grant. */
  async connect(tokens: OAuthTokens): Promise<CredentialRef & { readonly sourceConnectionId: SourceConnectionId }> {
    const sourceConnectionId = await this.seed.addOrder();
    const { connection_id: connectionId } = await this.store.db
      .selectFrom('source_connection')
      .select('connection_id')
      .where('id', '=', sourceConnectionId)
      .executeTakeFirstOrThrow();
    await this.store.db
      .updateTable('connection')
      .set({ auth_method: 'oauth_token' })
      .where('id', '=', connectionId)
      .execute();
    const ref = { organizationId: this.seed.organizationId, connectionId, sourceConnectionId };
    await this.give(ref, tokens);
    return ref;
  }

  /** What a person does who allows the access anew. */
  async give({ organizationId, connectionId }: CredentialRef, tokens: OAuthTokens, at = Date.now()): Promise<void> {
    const grant = { tokens, client: { id: 'client', secret: new Secret('client-secret') }, parameters: {} };
    const place = { organizationId, row: connectionId, column: 'credential.ciphertext' };
    const sealed = this.vault.seal({ credentials: writeGrant(grant), config: {} }, place);
    const row = { connection_id: connectionId, ...sealed, updated_at: at, renew_at: null };
    await upsertCredential(this.store.db, organizationId, row);
  }

  keeper({ provider, clock = systemClock, leaseMs, random }: KeeperOptions, control = this.store): TokenKeeper {
    const { vault } = this;
    const { keeper, client } = openKeeper({ control, vault, provider, clock, leaseMs, random }, (outcome) =>
      this.outcomes.push(outcome),
    );
    this.#clients.push(client);
    return keeper;
  }

  async row(ref: CredentialRef): Promise<KeptRow> {
    return must(await findKept(this.store.db, ref), 'the credential is there');
  }

  async pausedBy({ connectionId }: CredentialRef): Promise<string | null> {
    const row = await this.store.db
      .selectFrom('source_connection')
      .select('paused_by')
      .where('connection_id', '=', connectionId)
      .executeTakeFirstOrThrow();
    return row.paused_by;
  }

  /** Refusals that were written down for good. */
  async refusals(): Promise<number> {
    const rows = await this.store.db
      .selectFrom('audit_event')
      .select('id')
      .where('action', '=', 'connection.credential_refused')
      .execute();
    return rows.length;
  }
}

export function openPlace({ dataDir, databaseUrl }: Place, migrations: 'apply' | 'verify'): Promise<ControlStore> {
  return openControlStore({
    dataDir,
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
    clock: systemClock,
    busy: migrations === 'apply' ? 'retry' : 'block',
    migrations,
    poolSize: 2,
  });
}

export function openKeeper(
  needs: {
    readonly control: ControlStore;
    readonly vault: Vault;
    readonly provider: OAuth2Provider;
    readonly clock: Clock;
    readonly leaseMs?: number | undefined;
    readonly random?: (() => number) | undefined;
  },
  onRenewal: (outcome: RenewalOutcome) => void = () => undefined,
): { readonly keeper: TokenKeeper; readonly client: OAuthClient } {
  const { control, vault, provider, clock, leaseMs, random } = needs;
  const client = createOAuthClient({ policy: { allow: ['127.0.0.0/8'] }, clock, log: quiet });
  const keeper = createTokenKeeper({
    control,
    vault,
    client,
    clients: { find: (_, { grant }) => Promise.resolve(grant?.client && { ...grant.client, oauthClientId: null }) },
    providerOf: () => Promise.resolve(provider),
    audit: createAuditLog({ control, clock }),
    clock,
    log: quiet,
    onRenewal,
    ...(leaseMs !== undefined && { leaseMs }),
    ...(random && { random }),
  });
  return { keeper, client };
}
