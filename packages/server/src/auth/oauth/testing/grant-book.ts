import { randomBytes } from 'node:crypto';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';

interface Family {
  readonly scope: string;
  revoked: boolean;
  readonly access: Map<string, number>;
  /** Refresh tokens that are taken: the newest last. */
  refresh: string[];
}

const fresh = (kind: string): string => `${kind}-${randomBytes(18).toString('base64url')}`;

/** What a vendor knows of its grants: codes that work once, access tokens that end, refresh tokens that turn as the row says. */
export class GrantBook {
  readonly #row: OAuth2Provider;
  readonly #now: () => number;
  readonly #codes = new Map<string, { readonly challenge: string | null; readonly scope: string }>();
  readonly #families: Family[] = [];
  readonly #spent = new Map<string, Family>();
  /** Whatever the row says: the seconds that answers name; `undefined` leaves `expires_in` out. */
  ttl: number | undefined;

  constructor(row: OAuth2Provider, now: () => number) {
    this.#row = row;
    this.#now = now;
    this.ttl = row.accessTtl ?? undefined;
  }

  authorize(asked: { readonly challenge: string | null; readonly scope: string }): string {
    const code = fresh('code');
    this.#codes.set(code, asked);
    return code;
  }

  exchange(code: string, challenge: string | null): object | undefined {
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (!asked || asked.challenge !== challenge) return undefined;
    const family: Family = { scope: asked.scope, revoked: false, access: new Map(), refresh: [] };
    this.#families.push(family);
    if (this.#row.rotation !== 'none') family.refresh.push(fresh('refresh'));
    return this.#issue(family, family.refresh.at(-1));
  }

  refresh(token: string): object | undefined {
    const family = this.#families.find(({ revoked, refresh }) => !revoked && refresh.includes(token));
    if (!family) {
      // A used token that comes again means that somebody else has it: everything of the grant ends (RFC 9700 §4.14.2).
      const stolen = this.#spent.get(token);
      if (stolen) stolen.revoked = true;
      return undefined;
    }
    if (this.#row.rotation === 'stable') return this.#issue(family, undefined);
    if (this.#row.rotation === 'single_use') this.#spent.set(token, family);
    const next = fresh('refresh');
    // With grace the one that was used is good until the new one is.
    family.refresh = this.#row.rotation === 'grace' ? [token, next] : [next];
    return this.#issue(family, next);
  }

  revoke(token: string): boolean {
    const family = this.#families.find(({ refresh, access }) => refresh.includes(token) || access.has(token));
    if (!family || family.revoked) return false;
    family.revoked = true;
    return true;
  }

  isGood(access: string): boolean {
    const family = this.#families.find((one) => one.access.has(access));
    return family !== undefined && !family.revoked && (family.access.get(access) ?? 0) > this.#now();
  }

  /** How this vendor says that a grant is gone. */
  refusal(): { readonly status: number; readonly body: object } {
    const { status, error } = this.#row.refusals?.[0] ?? { status: 400, error: undefined };
    const slack = status === 200 ? { ok: false } : {};
    return { status, body: { ...slack, error: error ?? 'invalid_grant', error_description: 'the grant is gone' } };
  }

  /** The answer in the vendor's own form. */
  #issue(family: Family, refreshToken: string | undefined): object {
    const row = this.#row;
    const access = fresh('access');
    family.access.set(access, this.#now() + (this.ttl ?? 1e9) * 1000);
    const tokens = {
      access_token: access,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(this.ttl !== undefined && { expires_in: this.ttl }),
      ...(row.scopeParameter === undefined && { token_type: 'bearer' }),
      scope: family.scope,
    };
    const answer: Record<string, unknown> = row.tokenAt === undefined ? tokens : { ok: true };
    if (row.tokenAt !== undefined) put(answer, row.tokenAt, tokens);
    for (const [name, path] of Object.entries(row.captures ?? {})) put(answer, path, `captured-${name}`);
    return answer;
  }
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at = target;
  for (const step of steps) {
    at[step] ??= {};
    at = at[step] as Record<string, unknown>;
  }
  at[last] = value;
}
