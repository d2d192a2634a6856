import { createHash } from 'node:crypto';
import type { MachineGrant } from '@tributary/connectors/kit/auth';
import type { Authorization, GrantedCredentials } from '@tributary/connectors/kit/authorization';
import { bearer } from '@tributary/connectors/kit/authorization';
import type { Clock } from '@tributary/connectors/kit/context';
import type { Secret } from '@tributary/connectors/kit/secret';
import { plainFields } from './granted-fields.ts';
import type { GrantedFields } from './granted-fields.ts';
import type { MachineGrants } from './machine-grants.ts';
import { askedRestMs, connectorErrorOf } from './fault.ts';

export interface MachineAccessNeeds {
  readonly grants: Pick<MachineGrants, 'obtain'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Machine grants as connectors take them; one for a process. Tokens are kept in its memory and never stored. */
export interface MachineAccess {
  /** `key` names the connection: all that open it with the same fields share one token. Without it the token is its own. */
  open(grant: MachineGrant, fields: GrantedFields, key?: string): GrantedCredentials;
}

/** A token is renewed so long before its end, or after nine tenths of its life when that is later. */
const MARGIN_MS = 60_000;
/** A token that is younger and refused is refused for another reason; a newer one would be refused too. */
const YOUNGEST_MS = 30_000;
const MOST_KEPT = 1_000;

interface HeldToken {
  readonly header: Secret;
  readonly obtainedAt: number;
  readonly renewAt: number;
}

class MachineAuthorization implements Authorization {
  readonly headerName?: string;
  readonly #needs: MachineAccessNeeds;
  readonly #grant: MachineGrant;
  readonly #fields: GrantedFields;
  #held: HeldToken | undefined;
  #pending: Promise<HeldToken> | undefined;

  constructor(needs: MachineAccessNeeds, grant: MachineGrant, fields: GrantedFields) {
    this.#needs = needs;
    this.#grant = grant;
    this.#fields = fields;
    if (grant.type === 'session_token') this.headerName = grant.header;
  }

  async header(): Promise<Secret> {
    const held = this.#held;
    if (held && this.#needs.clock.now() < held.renewAt) return held.header;
    return (await this.#obtain()).header;
  }

  async renew(refused: Secret): Promise<boolean> {
    // Another request has got a newer one already.
    if (this.#held?.header !== refused) return true;
    if (this.#needs.clock.now() - this.#held.obtainedAt < YOUNGEST_MS) return false;
    await this.#obtain();
    return true;
  }

  /** One request, however many wait for its token. */
  #obtain(): Promise<HeldToken> {
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #ask(): Promise<HeldToken> {
    const { grants, clock } = this.#needs;
    const token = await grants.obtain(this.#grant, this.#fields).catch((error: unknown) => {
      throw connectorErrorOf(error, askedRestMs(error));
    });
    const obtainedAt = clock.now();
    const life = (token.expiresAt ?? Number.POSITIVE_INFINITY) - obtainedAt;
    const header = this.headerName === undefined ? bearer(token.accessToken) : token.accessToken;
    this.#held = { header, obtainedAt, renewAt: obtainedAt + Math.max(life - MARGIN_MS, life * 0.9) };
    return this.#held;
  }
}

/** What of the fields is no secret, as a connector may need it: the number of an installation, a tenant. */
const openFields = (fields: GrantedFields): Record<string, string> =>
  plainFields(Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'object')));

export function createMachineAccess(needs: MachineAccessNeeds): MachineAccess {
  const kept = new Map<string, Authorization>();
  return {
    open(grant, fields, key) {
      const captured = openFields(fields);
      if (key === undefined) return { authorization: new MachineAuthorization(needs, grant, fields), captured };
      const hash = createHash('sha256')
        .update(JSON.stringify([grant, plainFields(fields)]))
        .digest('base64url');
      const name = `${key} ${hash}`;
      const authorization = kept.get(name) ?? new MachineAuthorization(needs, grant, fields);
      // The longest unused goes first.
      kept.delete(name);
      kept.set(name, authorization);
      for (const old of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(old);
      }
      return { authorization, captured };
    },
  };
}
