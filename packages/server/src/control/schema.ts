import type { Generated } from 'kysely';
import type { ConnectorTables } from './connector-tables.ts';
import type { DeploymentTables } from './deployment-tables.ts';
import type {
  ApiKeyId,
  AuthorizationSessionId,
  AuthProviderId,
  CollectionId,
  ConnectionId,
  EnvironmentId,
  JobId,
  KeyMaterialId,
  OAuthClientId,
  OrganizationId,
  ProjectId,
  RoleId,
  SourceConnectionId,
  SyncId,
  VariableId,
} from '../lib/ids.ts';
import type { NotificationTables } from './notification-tables.ts';
import type { Flag, JsonText, Millis } from './column-types.ts';
import type { IntegrationSourceTables } from './integration-source-tables.ts';

export type { Flag, JsonText, Millis } from './column-types.ts';
export type { ConnectionStatus, DescriptionSource } from './integration-source-tables.ts';

export type JobState = 'pending' | 'running' | 'cancelling' | 'completed' | 'failed' | 'cancelled' | 'interrupted';
export type JobTrigger = 'manual' | 'schedule' | 'initial' | 'resume';
export type AuthMethod = 'direct' | 'oauth_browser' | 'oauth_byoc' | 'oauth_token' | 'auth_provider';
/**
 * `pending`: the link was not followed; `started`: the person is at the provider; `returned`: back, the answer is being worked
 * on; `authorized`: done, not yet claimed.
 */
export type AuthorizationStatus =
  | 'pending'
  | 'started'
  | 'returned'
  | 'authorized'
  | 'completed'
  | 'failed'
  | 'cancelled';
export type ErrorCategory =
  | 'oauth_credentials_expired'
  | 'api_key_invalid'
  | 'auth_provider_account_gone'
  | 'auth_provider_credentials_invalid';

/** The control store's tables as TypeScript; `migrations/` is the same in SQL. */
export interface ControlTables extends ConnectorTables, IntegrationSourceTables, DeploymentTables, NotificationTables {
  organization: { id: OrganizationId; name: string; created_at: Millis };
  project: { id: ProjectId; organization_id: OrganizationId; name: string; created_at: Millis };
  environment: {
    id: EnvironmentId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    name: string;
    name_key: string;
    created_at: Millis;
  };
  variable: {
    id: VariableId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    environment_id: EnvironmentId | null;
    name: string;
    secret: Flag;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  key_material: {
    id: KeyMaterialId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    name: string;
    name_key: string;
    kind: 'certificate' | 'key_store';
    facts: JsonText;
    expires_at: Millis | null;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  api_key: {
    id: ApiKeyId;
    organization_id: OrganizationId;
    hash: string;
    prefix: string;
    owner_name: string;
    owner_email: string;
    scopes: JsonText;
    created_at: Millis;
    expires_at: Millis | null;
    last_used_at: Millis | null;
    revoked_at: Millis | null;
    created_by_email: Generated<string | null>;
    modified_at: Generated<Millis | null>;
    modified_by_email: Generated<string | null>;
    replaced_by: Generated<ApiKeyId | null>;
  };
  role: {
    id: RoleId;
    organization_id: OrganizationId;
    name: string;
    description: string | null;
    permissions: JsonText;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  api_key_role: {
    id: string;
    organization_id: OrganizationId;
    api_key_id: ApiKeyId;
    role_id: RoleId;
    project_id: ProjectId | null;
  };
  collection: {
    id: CollectionId;
    organization_id: OrganizationId;
    readable_id: string;
    name: string;
    sync_config: JsonText | null;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
    deleted_at: Millis | null;
  };
  connection: {
    id: ConnectionId;
    organization_id: OrganizationId;
    project_id: ProjectId;
    handle: string;
    handle_key: string;
    connector: string;
    connector_given: string;
    description: string | null;
    endpoint: JsonText;
    auth_method: AuthMethod;
    authenticated_at: Millis | null;
    enabled: Generated<Flag>;
    label: string | null;
    oauth_client_id: Generated<OAuthClientId | null>;
    auth_provider_id: Generated<AuthProviderId | null>;
    auth_provider_config: Generated<JsonText | null>;
    revision: Generated<number>;
    type_fields: Generated<JsonText | null>;
    display_name: Generated<string | null>;
    deploy_to_worker: Generated<Flag>;
    stays: Generated<Flag>;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  access_token: {
    hash: string;
    organization_id: OrganizationId;
    api_key_id: ApiKeyId;
    created_at: Millis;
    expires_at: Millis;
  };
  credential: {
    connection_id: ConnectionId;
    organization_id: OrganizationId;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    updated_at: Millis;
    expires_at: Generated<Millis | null>;
    renew_at: Generated<Millis | null>;
    renewal_owner: Generated<string | null>;
    renewal_until: Generated<Millis | null>;
    renewal_fence: Generated<number>;
    refused_reason: Generated<string | null>;
  };
  oauth_client: {
    id: OAuthClientId;
    organization_id: OrganizationId;
    name: string;
    connector: string;
    client_id: string;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  auth_provider: {
    id: AuthProviderId;
    organization_id: OrganizationId;
    readable_id: string;
    name: string;
    description: string | null;
    kind: string;
    masked_client_id: string | null;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  authorization_session: {
    id: AuthorizationSessionId;
    organization_id: OrganizationId;
    source_connection_id: SourceConnectionId;
    connection_id: ConnectionId;
    code_hash: string;
    state_hash: string | null;
    claim_hash: string;
    browser_hash: string | null;
    status: AuthorizationStatus;
    redirect_url: string | null;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    requested_by_api_key_id: ApiKeyId;
    requested_by_email: string | null;
    created_at: Millis;
    link_expires_at: Millis;
    expires_at: Millis;
  };
  source_connection: {
    id: SourceConnectionId;
    organization_id: OrganizationId;
    connection_id: ConnectionId;
    collection_id: CollectionId;
    sync_id: SyncId | null;
    name: string;
    description: string | null;
    config: JsonText;
    cron: string | null;
    timezone: Generated<string>;
    continuous: Generated<Flag>;
    continuous_every_seconds: Generated<number>;
    cursor_field: string | null;
    next_run_at: Millis | null;
    paused_by: 'user' | 'credential' | null;
    paused_at: Millis | null;
    sweep_held: JsonText | null;
    sweep_confirmed: Generated<Flag>;
    selection: JsonText | null;
    schema_held: JsonText | null;
    version: Generated<number>;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
    deleted_at: Millis | null;
  };
  source_schema: {
    source_connection_id: SourceConnectionId;
    organization_id: OrganizationId;
    revision: number;
    streams: JsonText;
    seen_at: Millis;
  };
  source_schema_change: {
    source_connection_id: SourceConnectionId;
    sequence: number;
    organization_id: OrganizationId;
    job_id: JobId;
    stream: string;
    kind: string;
    field: string | null;
    before_value: string | null;
    after_value: string | null;
    action: string;
    created_at: Millis;
  };
  organization_key: {
    organization_id: OrganizationId;
    key_id: string;
    wrapped_key: string;
    ciphertext: string;
    created_at: Millis;
  };
  sync_job: {
    id: JobId;
    organization_id: OrganizationId;
    source_connection_id: SourceConnectionId;
    collection_id: CollectionId;
    sync_id: SyncId;
    state: JobState;
    trigger_kind: JobTrigger;
    full_refresh: Generated<Flag>;
    requested_at: Millis;
    not_before: Millis | null;
    started_at: Millis | null;
    completed_at: Millis | null;
    attempts: Generated<number>;
    stalled_attempts: Generated<number>;
    counts_at_claim: Generated<number>;
    lease_owner: string | null;
    lease_until: Millis | null;
    fence: Generated<number>;
    cancel_requested_at: Millis | null;
    inserted: Generated<number>;
    updated: Generated<number>;
    deleted: Generated<number>;
    kept: Generated<number>;
    failed: Generated<number>;
    chunks: Generated<number>;
    sequence: Generated<number>;
    event_sequence: Generated<number>;
    error_code: string | null;
    error_message: string | null;
    error_category: ErrorCategory | null;
    requested_by_email: string | null;
  };
  job_event: {
    job_id: JobId;
    sequence: number;
    organization_id: OrganizationId;
    kind: string;
    payload: JsonText;
    created_at: Millis;
  };
  audit_event: {
    id: string;
    organization_id: OrganizationId;
    api_key_id: ApiKeyId | null;
    actor_email: string | null;
    action: string;
    subject_kind: string;
    subject_id: string;
    created_at: Millis;
    sequence: Generated<number | null>;
    previous_hash: Generated<string | null>;
    hash: Generated<string | null>;
  };
  audit_head: {
    organization_id: OrganizationId;
    sequence: number;
    hash: string;
    anchor_sequence: number;
    anchor_hash: string;
    chained_since: Millis;
  };
  collection_usage: {
    collection_id: CollectionId;
    organization_id: OrganizationId;
    entities: number;
    bytes: number;
    measured_at: Millis;
  };
  data_directory: { id: string; machine: string; seen_at: Millis; only_row: Generated<number> };
  idempotency_key: {
    organization_id: OrganizationId;
    key: string;
    request_hash: string;
    status: number | null;
    body: string | null;
    created_at: Millis;
  };
}
