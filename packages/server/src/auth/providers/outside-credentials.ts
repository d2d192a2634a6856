import { bearer, type Authorization, type GrantedCredentials } from '@tributary/connectors/kit/authorization';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import { createHttpClient } from '@tributary/connectors/kit/guarded-http-client';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { GuardOptions, NetworkPolicy } from '@tributary/connectors/kit/network-guard';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { Clock } from '../../lib/clock.ts';
import { mapCredentials, serverOf, type MappedCredentials } from './field-mapping.ts';
import { OutsideError } from './outside-error.ts';
import type { OutsideAsk, OutsideKind } from './outside-provider.ts';
import type { OutsideProviders } from './outside-providers.ts';
import { refusingPlainHttp } from './private-http.ts';

/** How long credentials are used whose end the vendor does not tell. */
const USUAL_LIFE_MS = 5 * 60_000;
/** A token that ends in a moment is not handed out any more. */
const MARGIN_MS = 30_000;
/** A vendor that tells a time which is past is not asked before every single request. */
const SHORTEST_LIFE_MS = 10_000;
/** One call to a vendor with its repeats; a live check of the API must end before its caller gives up. */
const PATIENCE_MS = 25_000;
const MOST_KEPT = 1_000;

/** A stored key of an outside vault, opened. */
export interface OutsideKey {
  readonly kind: OutsideKind;
  /** As stored; the adapter parses it. */
  readonly key: JsonObject;
  /** Changes with the key. */
  readonly keyId: string;
}

/** Whose credentials are wanted. */
export interface OutsideQuestion {
  readonly connector: Pick<Connector, 'id' | 'auth'>;
  /** What names the account at the vault; as stored, not yet parsed. */
  readonly config: JsonObject;
  readonly sourceConnectionId: string;
  /** The connection's own configuration: it may say which server the credentials are for. */
  readonly settings?: JsonObject;
  /** Names the vault among all, of all organizations. */
  readonly authProviderId: string;
  /** Reads the vault's key as it is now: it may be renewed while a sync runs. Throws `OutsideError`. */
  loadKey(): Promise<OutsideKey>;
}

/**
 * The credentials of accounts that an outside vault has. What is got is kept in this process until the vendor's time, or
 * for five minutes; the same question is asked once at a time.
 */
export interface OutsideCredentialsSource {
  /**
   * What the connector takes: with an OAuth scheme a right that renews itself by asking again; else the parsed fields of its
   * `direct` scheme, as they are at this moment. Throws `ConnectorError`, mostly as an `OutsideError`.
   */
  open(question: OutsideQuestion): Promise<OpenedOutside>;
  /** Proves a key by a live call. Throws `ConnectorError`, mostly as an `OutsideError`. */
  validate(kind: OutsideKind, key: JsonObject): Promise<void>;
}

/** What a connector takes as its credentials. */
export type OpenedOutside = GrantedCredentials | Readonly<Record<string, unknown>>;

interface Needs extends Pick<GuardOptions, 'lookup'> {
  readonly providers: OutsideProviders;
  readonly policy: NetworkPolicy;
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers in [0, 1) for the jitter of repeats. */
  readonly random?: () => number;
  /** Of one question with its repeats, in milliseconds; the default is 25 s. */
  readonly patienceMs?: number;
}

interface Kept {
  readonly mapped: MappedCredentials;
  readonly until: number;
}

const sameToken = (a: Secret, b: Secret): boolean => a.reveal() === b.reveal();

/** One call to a vendor, with a client of its own: a wait that one account is told to take is no other's. */
async function withClient<T>(needs: Needs, call: (ask: OutsideAsk) => Promise<T>): Promise<T> {
  const { policy, clock, log, lookup, random, patienceMs = PATIENCE_MS } = needs;
  const signal = AbortSignal.timeout(patienceMs);
  const http = createHttpClient({
    policy,
    clock,
    log,
    signal,
    limits: { requestsPerMinute: 600, concurrency: 4 },
    timeouts: { headersMs: 15_000, totalMs: 20_000, connectMs: 10_000 },
    ...(lookup && { lookup }),
    ...(random && { random }),
  });
  try {
    return await call({ http: refusingPlainHttp(http, lookup), clock });
  } catch (error) {
    if (!signal.aborted || error instanceof ConnectorError) throw error;
    throw new ConnectorError('unavailable', `The auth provider took longer than ${patienceMs / 1000} s.`);
  } finally {
    await http.close();
  }
}

function parsed<T>(
  schema: { safeParse(given: unknown): { success: boolean; data?: T } },
  given: unknown,
  what: string,
): T {
  const { success, data } = schema.safeParse(given);
  if (success) return data as T;
  throw new OutsideError('configuration', `${what} does not fit this version any more. Give it anew.`);
}

async function fetchNow(needs: Needs, question: OutsideQuestion, renew: boolean): Promise<Kept> {
  const { kind, key, keyId } = await question.loadKey();
  const provider = needs.providers[kind];
  const { connector, sourceConnectionId } = question;
  const account = {
    key: parsed(provider.key, key, `The key of ${provider.title}`),
    keyId,
    config: parsed(provider.config, question.config, `The account at ${provider.title}`),
    connector: connector.id,
    sourceConnectionId,
    renew,
  };
  const given = await withClient(needs, (ask) => provider.obtain(ask, account));
  const now = needs.clock.now();
  const { goodUntil = now + USUAL_LIFE_MS + MARGIN_MS } = given;
  const until = Math.max(goodUntil - MARGIN_MS, now + SHORTEST_LIFE_MS);
  return { mapped: mapCredentials(provider.title, connector, given, question.settings), until };
}

export function createOutsideCredentials(needs: Needs): OutsideCredentialsSource {
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<Kept>>();

  const keyOf = ({ authProviderId, config, connector, sourceConnectionId, settings = {} }: OutsideQuestion): string =>
    JSON.stringify([authProviderId, config, connector.id, sourceConnectionId, serverOf(connector, settings)]);

  const keep = (key: string, one: Kept): void => {
    kept.delete(key);
    kept.set(key, one);
    const oldest = kept.size > MOST_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
  };

  const fetchOnce = (question: OutsideQuestion, renew: boolean): Promise<Kept> => {
    const key = keyOf(question);
    const going = asking.get(key);
    if (going) return going;
    const begun = fetchNow(needs, question, renew)
      .then((one) => {
        // Fields are asked for at every opening: nothing could tell that those of an earlier one are refused by now.
        if (one.mapped.type === 'token') keep(key, one);
        return one;
      })
      .finally(() => asking.delete(key));
    asking.set(key, begun);
    return begun;
  };

  const authorizationOf = (question: OutsideQuestion): Authorization => {
    const tokenOf = ({ mapped }: Kept): Secret => {
      if (mapped.type === 'token') return mapped.token;
      throw new OutsideError('missing_fields', 'The auth provider has no access token for this account any more.');
    };
    return {
      async header() {
        const known = kept.get(keyOf(question));
        const one = known && known.until > needs.clock.now() ? known : await fetchOnce(question, false);
        return bearer(tokenOf(one));
      },
      async renew(refused) {
        const known = kept.get(keyOf(question));
        // Another request may have renewed it already.
        if (known && !sameToken(bearer(tokenOf(known)), refused)) return true;
        return !sameToken(bearer(tokenOf(await fetchOnce(question, true))), refused);
      },
    };
  };

  return {
    async open(question) {
      const { mapped } = await fetchOnce(question, false);
      if (mapped.type === 'fields') return mapped.fields;
      return { authorization: authorizationOf(question), captured: mapped.captured };
    },
    async validate(kind, key) {
      const provider = needs.providers[kind];
      const proven = parsed(provider.key, key, `The key of ${provider.title}`);
      await withClient(needs, (ask) => provider.validate(ask, proven));
    },
  };
}
