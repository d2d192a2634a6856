import type { HttpClient } from '@tributary/connectors/kit/http-client';
import type { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';

export const outsideKinds = ['composio', 'custom', 'klavis', 'nango', 'pipedream'] as const;
/** The short name of an outside vault that we can ask. */
export type OutsideKind = (typeof outsideKinds)[number];

/** What an adapter asks with; the client is the guarded one. */
export interface OutsideAsk {
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** Whose credentials are wanted. */
export interface OutsideAccount<Key, Config> {
  readonly key: Key;
  /** Changes with every change of the key: what was got by an older one is kept under another name. */
  readonly keyId: string;
  readonly config: Config;
  /** Id of the connector in the catalogue. */
  readonly connector: string;
  readonly sourceConnectionId: string;
  /** The source has refused what was given last: ask the vendor to renew where it can be asked. */
  readonly renew: boolean;
}

/** What an account has, by the vendor's names; all of it is taken for secret. */
export interface OutsideCredentials {
  readonly fields: Readonly<Record<string, Secret>>;
  /** Until when this need not be asked for again, in milliseconds since the epoch; `undefined`: the vendor did not say. */
  readonly goodUntil: number | undefined;
}

interface Names {
  readonly kind: OutsideKind;
  readonly title: string;
  readonly description: string;
  /** Where the vendor documents this. */
  readonly docs: string;
  /** Connectors whose credentials the vendor does not have, or does not hand out. */
  readonly unserved: readonly string[];
}

/**
 * One outside vault: how it is asked for the credentials of an account. Both calls throw `OutsideError`, or the
 * `ConnectorError`s of the guarded client (`rate_limited`, `unavailable`, `refused`), which has tried again before.
 */
export interface OutsideProvider extends Names {
  /** What proves us to the vendor. */
  readonly key: z.ZodObject;
  /** What names an account there. */
  readonly config: z.ZodObject;
  /** Proves a parsed key by a live call. */
  validate(ask: OutsideAsk, key: unknown): Promise<void>;
  /** Key and config are parsed. */
  obtain(ask: OutsideAsk, account: OutsideAccount<unknown, unknown>): Promise<OutsideCredentials>;
}

interface TypedProvider<K extends z.ZodObject, C extends z.ZodObject> extends Names {
  readonly key: K;
  readonly config: C;
  validate(ask: OutsideAsk, key: z.output<K>): Promise<void>;
  obtain(ask: OutsideAsk, account: OutsideAccount<z.output<K>, z.output<C>>): Promise<OutsideCredentials>;
}

/** Types an adapter by its schemas and erases them again, so that adapters of any shape stand in one table. */
export function outsideProvider<K extends z.ZodObject, C extends z.ZodObject>(
  provider: TypedProvider<K, C>,
): OutsideProvider {
  return provider as unknown as OutsideProvider;
}

/** The field for another address of the API: a gateway in front of it, or an installation of one's own. */
export function addressField(usual: string) {
  return z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with https://' })
    .default(usual)
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ title: 'Address of the API', description: `${usual} unless another is given.` });
}

/** An id that stands in a path of the vendor's API. */
export function idField(meta: { readonly title: string; readonly description?: string }) {
  return z
    .string()
    .regex(/^[\w.@:+-]{1,200}$/, 'has a sign that such an id cannot have')
    .refine((id) => !/^\.+$/.test(id), 'is not an id')
    .meta(meta);
}
