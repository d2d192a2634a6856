-- The first schema, for SQLite and PostgreSQL alike. Conventions that make one text serve both: ids and JSON are text,
-- times are integer milliseconds, booleans are 0 or 1.

create table organization (
  id text primary key,
  name text not null,
  created_at bigint not null
);

create table project (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  name text not null,
  created_at bigint not null,
  unique (organization_id, name)
);

create table api_key (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  -- SHA-256 (hex) of the key; the key itself is shown once and never kept
  hash text not null unique,
  -- the first characters, so that people can tell keys apart
  prefix text not null,
  owner_name text not null,
  owner_email text not null,
  scopes text not null,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint,
  revoked_at bigint
);
create index api_key_of_organization on api_key (organization_id);

create table collection (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  readable_id text not null,
  name text not null,
  sync_config text,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  -- set while the store is being purged; the row goes when the purge is done
  deleted_at bigint
);
create unique index collection_readable_id on collection (organization_id, readable_id) where deleted_at is null;
create index collection_deleted on collection (deleted_at) where deleted_at is not null;

create table connection (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  -- the handle as given, and folded to lower case for comparing
  handle text not null,
  handle_key text not null,
  connector text not null,
  -- the spelling that the caller used for the connector, echoed on the wire
  connector_given text not null,
  description text,
  endpoint text not null,
  auth_method text not null,
  authenticated_at bigint,
  enabled integer not null default 1,
  label text,
  revision integer not null default 1,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  unique (project_id, handle_key)
);
create index connection_of_organization on connection (organization_id);

-- The secret part of a connection: sealed, never read by anything but the vault.
create table credential (
  connection_id text primary key references connection (id) on delete cascade,
  organization_id text not null,
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  updated_at bigint not null
);

create table source_connection (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  connection_id text not null references connection (id),
  collection_id text not null references collection (id),
  sync_id text,
  name text not null,
  description text,
  -- read options: the part of the configuration that does not say where the system is
  config text not null,
  -- schedule
  cron text,
  timezone text not null default 'UTC',
  continuous integer not null default 0,
  -- the pause between two jobs of a continuous schedule
  continuous_every_seconds integer not null default 10,
  cursor_field text,
  next_run_at bigint,
  -- why no job starts by itself: 'user', 'credential', or null
  paused_by text,
  paused_at bigint,
  -- set when a sweep was held back, and when a person confirmed it
  sweep_held text,
  sweep_confirmed integer not null default 0,
  version integer not null default 1,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  deleted_at bigint
);
-- what is due first, whoever owns it; and, when more is due than fits into one turn, what is due of each organization
create index source_connection_due on source_connection (next_run_at)
  where next_run_at is not null and paused_by is null and deleted_at is null;
create index source_connection_turn on source_connection (organization_id, next_run_at)
  where next_run_at is not null and paused_by is null and deleted_at is null;
create index source_connection_of_collection on source_connection (collection_id);
create index source_connection_of_connection on source_connection (connection_id);
create index source_connection_listed on source_connection (organization_id, created_at, id);
create index source_connection_deleted on source_connection (deleted_at) where deleted_at is not null;

create table sync_job (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  source_connection_id text not null references source_connection (id) on delete cascade,
  collection_id text not null,
  sync_id text not null,
  -- pending, running, cancelling, completed, failed, cancelled, interrupted: see jobs/states.ts
  state text not null,
  -- manual, schedule, initial, resume
  trigger_kind text not null,
  full_refresh integer not null default 0,
  requested_at bigint not null,
  -- set while a pending job waits for a moment to come; null when it may be claimed
  not_before bigint,
  started_at bigint,
  completed_at bigint,
  attempts integer not null default 0,
  -- attempts in a row that ended with their worker and added nothing to the counts
  stalled_attempts integer not null default 0,
  -- sum of the counts when the present attempt began
  counts_at_claim bigint not null default 0,
  -- lease
  lease_owner text,
  lease_until bigint,
  fence bigint not null default 0,
  cancel_requested_at bigint,
  -- a copy of the collection store's counts: set, never added to
  inserted bigint not null default 0,
  updated bigint not null default 0,
  deleted bigint not null default 0,
  kept bigint not null default 0,
  failed bigint not null default 0,
  chunks bigint not null default 0,
  sequence bigint not null default 0,
  -- sequence of the newest row in job_event
  event_sequence bigint not null default 0,
  error_code text,
  error_message text,
  -- errors that ask for new credentials have a category
  error_category text,
  requested_by_email text
);
-- at most one live job per source connection
create unique index sync_job_live on sync_job (source_connection_id) where state in ('pending', 'running', 'cancelling');
create index sync_job_claimable on sync_job (organization_id, requested_at) where state = 'pending' and not_before is null;
create index sync_job_waiting on sync_job (not_before) where state = 'pending' and not_before is not null;
create index sync_job_leased on sync_job (lease_until) where state in ('running', 'cancelling');
create index sync_job_of_source_connection on sync_job (source_connection_id, requested_at, id);
create index sync_job_of_collection on sync_job (collection_id) where state in ('running', 'cancelling');

-- What happened to jobs, in order; feeds live progress, Last-Event-ID and webhooks.
create table job_event (
  job_id text not null references sync_job (id) on delete cascade,
  sequence bigint not null,
  organization_id text not null,
  kind text not null,
  payload text not null,
  created_at bigint not null,
  primary key (job_id, sequence)
);

-- One row per change made through the API. One index, in the order of time: every change pays for it.
create table audit_event (
  id text not null,
  organization_id text not null references organization (id) on delete cascade,
  api_key_id text,
  actor_email text,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  created_at bigint not null,
  primary key (organization_id, created_at, id)
);

create table idempotency_key (
  organization_id text not null references organization (id) on delete cascade,
  key text not null,
  request_hash text not null,
  -- null while the first request is being worked on
  status integer,
  body text,
  created_at bigint not null,
  primary key (organization_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);
