import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { OAuthClientCredentials } from '../auth/oauth/tokens.ts';
import type { AuthMethod, Millis } from '../control/schema.ts';
import type {
  AuthProviderId,
  ConnectionId,
  OAuthClientId,
  OrganizationId,
  SourceConnectionId,
  SyncId,
} from '../lib/ids.ts';
import type { RunTotals, SyncJob } from '../syncs/model.ts';
import type { StatusAxes, Task } from './status.ts';

export interface Schedule {
  readonly cron: string | null;
  readonly timezone: string;
  readonly continuous: boolean;
  readonly cursorField: string | null;
  readonly nextRunAt: Millis | null;
}

/** How a person comes to allow access. It is told once, to whoever asked for it. */
export interface AuthorizationLink {
  /** Of the service, without a trailing slash; the path of the link differs between the faces. */
  readonly publicUrl: string;
  readonly code: string;
  readonly expiresAt: Millis;
  /** Where the browser goes at the end; null: to a page of the service. */
  readonly redirectUrl: string | null;
  readonly claimToken: string;
}

/** An outside vault of the organization, and what names an account there. */
export interface UsedAuthProvider {
  readonly id: AuthProviderId;
  readonly readableId: string;
  readonly config: JsonObject;
}

export interface Authentication {
  readonly method: AuthMethod;
  readonly authenticatedAt: Millis | null;
  /** The organization's own OAuth client that it was made with. */
  readonly oauthClientId: OAuthClientId | null;
  /** The outside vault that has the credentials. */
  readonly provider: UsedAuthProvider | null;
  /** Only right after an authorization was begun. */
  readonly link?: AuthorizationLink;
}

/** A source connection as every presenter sees it: no secret is in it. */
export interface SourceConnection {
  readonly id: SourceConnectionId;
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  readonly collectionReadableId: string;
  readonly name: string;
  readonly description: string | null;
  /** The spelling that the caller used. */
  readonly shortName: string;
  readonly connector: string;
  /** Endpoint and read options together; secret fields are masked. */
  readonly config: JsonObject;
  readonly auth: Authentication;
  readonly schedule: Schedule;
  readonly syncId: SyncId | null;
  readonly status: StatusAxes;
  readonly tasks: readonly Task[];
  readonly lastJob: SyncJob | null;
  /** Rises with every change made through the API; the ETag is made of it. */
  readonly version: number;
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

export interface EntityTypeCount {
  readonly entityType: string;
  readonly count: number;
  readonly lastChangedAt: Millis | null;
}

/** What only a single object's view shows, since it costs a look into the collection store. */
export interface SourceConnectionDetail extends SourceConnection {
  readonly runs: RunTotals;
  readonly entities: readonly EntityTypeCount[];
  /** The stored cursor, when exactly one stream has one; else an object by stream; null without any. */
  readonly cursorValue: Json;
}

export interface SourceConnectionListItem extends SourceConnection {
  readonly entityCount: number;
}

export interface ScheduleInput {
  /** null: no schedule. */
  readonly cron?: string | null | undefined;
  readonly timezone?: string | undefined;
  readonly continuous?: boolean | undefined;
  readonly cursorField?: string | null | undefined;
}

/** Tokens that the caller has from the provider already. */
export interface GivenTokens {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly expiresAt?: Millis;
}

export interface CreateInput {
  readonly shortName: string;
  readonly collectionReadableId: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly config?: JsonObject | null;
  /** The auth method that the dialect detected from the fields given. */
  readonly method: AuthMethod | 'absent';
  readonly credentials: JsonObject;
  /** With `oauth_byoc`: the client that comes with the connection. */
  readonly client?: OAuthClientCredentials;
  /** With `oauth_token`. */
  readonly tokens?: GivenTokens;
  /** Where the browser goes after a flow; without a meaning for other methods. */
  readonly redirectUrl?: string | null;
  /** undefined: the default schedule; null: none. */
  readonly schedule?: ScheduleInput | null;
  readonly syncImmediately?: boolean | null;
}

/** A source connection that reads through a connection that is there already. */
export interface CreateOnConnectionInput {
  readonly projectName: string;
  /** The connection's handle in the project. */
  readonly connection: string;
  readonly collectionReadableId: string;
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  /** Read options only; where the system is, and its credentials, belong to the connection. */
  readonly options: JsonObject;
  readonly schedule?: ScheduleInput | null | undefined;
  readonly syncImmediately: boolean;
}

/** Absent: keep. null: clear. */
export interface UpdateInput {
  readonly name?: string;
  readonly description?: string | null;
  readonly config?: JsonObject | null;
  readonly schedule?: ScheduleInput | null;
  readonly credentials?: JsonObject;
  /** New ones for a connection that was made by OAuth. */
  readonly tokens?: GivenTokens;
  readonly oauthClientId?: OAuthClientId | null;
  /** Another outside vault of the organization, another account there, or both. Absent parts are kept. */
  readonly account?: { readonly readableId?: string; readonly config?: JsonObject };
}

export interface CheckInput {
  readonly shortName: string;
  readonly config: JsonObject;
  readonly method: AuthMethod | 'absent';
  readonly credentials: JsonObject;
}

export interface CheckResult {
  /** The account that the source named, for example `reader@db.example.com/crm`. */
  readonly account: string;
  readonly streams: readonly {
    readonly name: string;
    readonly title: string;
    readonly incremental: boolean;
    readonly cursorFields: readonly string[];
  }[];
}
