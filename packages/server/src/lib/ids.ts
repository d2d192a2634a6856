import { randomUUID } from 'node:crypto';

declare const kind: unique symbol;

/** A UUID that says what it names; two kinds do not mix. */
export type Id<K extends string> = string & { readonly [kind]: K };

export type OrganizationId = Id<'organization'>;
export type ProjectId = Id<'project'>;
export type ApiKeyId = Id<'api_key'>;
export type RoleId = Id<'role'>;
export type CollectionId = Id<'collection'>;
export type ConnectionId = Id<'connection'>;
export type SourceConnectionId = Id<'source_connection'>;
export type SyncId = Id<'sync'>;
export type JobId = Id<'sync_job'>;
export type OAuthClientId = Id<'oauth_client'>;
export type EnvironmentId = Id<'environment'>;
export type VariableId = Id<'variable'>;
export type KeyMaterialId = Id<'key_material'>;
export type RelationshipId = Id<'integration_relationship'>;
export type WorkerId = Id<'worker'>;
export type AuthProviderId = Id<'auth_provider'>;
/** A connector that an organization has added; those that come with the service have names only. */
export type ConnectorRowId = Id<'connector'>;
export type NotificationRuleId = Id<'notification_rule'>;
export type NoticeId = Id<'notice'>;
export type NoticeDeliveryId = Id<'notice_delivery'>;
export type AuthorizationSessionId = Id<'authorization_session'>;

/** A fresh random id of the kind that the caller needs. */
export function newId<T extends Id<string>>(): T {
  return randomUUID() as string as T;
}

/** Takes a string that is known to be an id: from a column, or after validation at a border. */
export function asId<T extends Id<string>>(value: string): T {
  return value as T;
}
