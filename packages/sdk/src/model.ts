/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** ISO 8601 in UTC. */
export type Timestamp = string;

export interface Collection {
  readonly id: string;
  readonly readable_id: string;
  readonly name: string;
  readonly status: string;
  readonly created_at: Timestamp;
  readonly modified_at: Timestamp;
  readonly source_connection_summaries?: readonly { readonly short_name: string; readonly name: string }[];
}

export interface ConfigField {
  readonly name: string;
  readonly title: string;
  readonly description?: string | null;
  /** `string`, `number`, `integer`, `boolean`, `array` or `object`. */
  readonly type: string;
  readonly required?: boolean;
  readonly items_type?: string | null;
  readonly is_secret?: boolean;
}

export interface Source {
  readonly name: string;
  readonly short_name: string;
  readonly description?: string | null;
  readonly auth_methods?: readonly string[] | null;
  readonly auth_fields?: { readonly fields: readonly ConfigField[] } | null;
  readonly config_fields: { readonly fields: readonly ConfigField[] };
  readonly labels?: readonly string[] | null;
  readonly supports_continuous?: boolean;
  readonly output_entity_definitions?: readonly string[];
}

export type JobStatus = 'created' | 'pending' | 'running' | 'completed' | 'failed' | 'cancelling' | 'cancelled';

export interface JobFigures {
  readonly id: string;
  readonly status: JobStatus;
  readonly started_at?: Timestamp | null;
  readonly completed_at?: Timestamp | null;
  readonly duration_seconds?: number | null;
  readonly entities_inserted: number;
  readonly entities_updated: number;
  readonly entities_deleted: number;
  readonly entities_failed: number;
  readonly error?: string | null;
}

export interface Job extends JobFigures {
  readonly source_connection_id: string;
  readonly error_details?: JsonObject | null;
}

export interface Schedule {
  readonly cron?: string | null;
  /** IANA name, for example `Europe/Berlin`; default UTC. */
  readonly timezone?: string;
  readonly continuous?: boolean;
  readonly cursor_field?: string | null;
}

export interface ScheduleDetails extends Schedule {
  readonly next_run?: Timestamp | null;
  readonly cursor_value?: Json;
}

interface SourceConnectionHead {
  readonly id: string;
  readonly name: string;
  readonly short_name: string;
  readonly readable_collection_id: string;
  /** `ACTIVE`, `SYNCING`, `ERROR`, `PENDING_AUTH`, `INACTIVE`, … */
  readonly status: string;
  readonly created_at: Timestamp;
  readonly modified_at: Timestamp;
}

export interface SourceConnectionListItem extends SourceConnectionHead {
  readonly is_authenticated: boolean;
  readonly auth_method: string;
  readonly entity_count?: number;
}

export interface SourceConnection extends SourceConnectionHead {
  readonly organization_id: string;
  readonly description?: string | null;
  readonly auth: {
    readonly method: string;
    readonly authenticated: boolean;
    readonly authenticated_at?: Timestamp | null;
    /** Where a person allows access, once. These four are told when an authorization is begun, and never again. */
    readonly auth_url?: string | null;
    readonly auth_url_expires?: Timestamp | null;
    readonly redirect_url?: string | null;
    /** For `verifyOAuth`. */
    readonly claim_token?: string | null;
  };
  readonly config?: JsonObject | null;
  readonly schedule?: ScheduleDetails | null;
  readonly sync_id?: string | null;
  readonly sync?: {
    readonly total_runs: number;
    readonly successful_runs: number;
    readonly failed_runs: number;
    readonly last_job?: JobFigures | null;
  } | null;
  readonly entities?: {
    readonly total_entities: number;
    readonly by_type: Readonly<Record<string, { readonly count: number; readonly last_updated?: Timestamp | null }>>;
  } | null;
}

/** How the source is given its credentials; the service tells the method by the fields. */
export type Authentication =
  | { readonly credentials: JsonObject }
  | { readonly access_token: string; readonly refresh_token?: string | null; readonly expires_at?: Timestamp | null }
  /** A person allows access in a browser; the client is the organization's or the operator's when it is left out. */
  | { readonly client_id: string; readonly client_secret: string }
  | Readonly<Record<string, never>>
  | { readonly provider_readable_id: string; readonly provider_config?: JsonObject | null };

export interface SourceConnectionCreate {
  readonly short_name: string;
  readonly readable_collection_id: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly config?: JsonObject | null;
  readonly authentication?: Authentication | null;
  /** Left out: the source's default schedule. `{ cron: null }`: none. */
  readonly schedule?: Schedule | null;
  /** Left out: true where the source can be read at once. */
  readonly sync_immediately?: boolean | null;
  /** Where the browser goes after a person has allowed access. */
  readonly redirect_url?: string | null;
}

/** A field that is left out stays as it is; null clears it where that has a meaning. */
export interface SourceConnectionUpdate {
  readonly name?: string;
  readonly description?: string | null;
  /** Replaces the configuration as a whole. */
  readonly config?: JsonObject | null;
  readonly schedule?: Schedule | null;
  readonly authentication?: { readonly credentials: JsonObject };
}

export interface SearchRequest {
  readonly query: string;
  readonly retrieval_strategy?: 'hybrid' | 'semantic' | 'keyword';
  readonly filter?: readonly {
    readonly conditions: readonly { readonly field: string; readonly operator: string; readonly value: Json }[];
  }[];
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  readonly offset?: number;
}

export interface SearchResult {
  readonly entity_id: string;
  readonly name: string;
  /** Higher is better; comparable within one answer only. */
  readonly relevance_score: number;
  readonly breadcrumbs: readonly { readonly entity_id: string; readonly name: string; readonly entity_type: string }[];
  readonly textual_representation: string;
  readonly airweave_system_metadata: {
    readonly source_name: string;
    readonly entity_type: string;
    readonly sync_id?: string | null;
    readonly sync_job_id?: string | null;
    readonly chunk_index: number;
    readonly original_entity_id: string;
  };
  readonly web_url: string;
  readonly url?: string | null;
  readonly raw_source_fields: JsonObject;
  readonly created_at?: Timestamp | null;
  readonly updated_at?: Timestamp | null;
}
