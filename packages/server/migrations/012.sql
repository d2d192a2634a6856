-- What the catalogue of integration sources knows of a connection beside what the connection itself and its jobs say.

-- null: as the handle
alter table connection add column display_name text;

-- made when there is something to be kept; a connection without a row has the defaults
create table integration_source (
  connection_id text primary key references connection (id) on delete cascade,
  organization_id text not null references organization (id) on delete cascade,
  -- 1: the operator's, for others to be backed by
  is_system integer not null default 0,
  -- JSON, an array; null: what the connector can do
  capabilities text,
  connection_status text not null default 'unknown',
  last_connection_test bigint,
  legacy_data_source_id text,
  system_source_id text,
  airbyte_source_id text,
  airbyte_connection_id text,
  -- JSON, an array
  airbyte_connection_ids text,
  airbyte_destination_id text,
  -- JSON: the figures of a sync that a caller has written; they stand until a job that was asked for later
  written_sync text,
  written_sync_at bigint,
  -- JSON, an array; null: all. For a connection that nothing reads yet
  selected_streams text,
  -- JSON: read options, for a connection that nothing reads yet
  read_options text,
  description text,
  description_source text,
  description_generated_at bigint,
  description_version bigint not null default 1,
  modified_at bigint not null
);
create index integration_source_of_organization on integration_source (organization_id);

create table integration_relationship (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  connection_id text not null references connection (id) on delete cascade,
  kind text not null,
  status text not null,
  score double precision not null,
  evidence text,
  from_stream text not null,
  -- JSON, an array
  from_columns text not null,
  to_stream text not null,
  to_columns text not null,
  created_at bigint not null,
  modified_at bigint not null
);
create index integration_relationship_of_connection on integration_relationship (organization_id, connection_id);

create table integration_database (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  connection_id text not null references connection (id) on delete cascade,
  name text not null,
  description text,
  description_source text,
  description_generated_at bigint,
  description_version bigint not null,
  is_active integer not null,
  -- lower ones first
  priority bigint not null,
  created_at bigint not null,
  modified_at bigint not null,
  unique (connection_id, name)
);
create index integration_database_of_organization on integration_database (organization_id);
