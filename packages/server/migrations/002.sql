-- What of a source is let in, and what is known of its schema.

-- JSON of streams to include and exclude, field rules and policies; null: everything, as it is
alter table source_connection add column selection text;
-- JSON of streams and fields that wait for a person to accept them; null when none does
alter table source_connection add column schema_held text;

create table source_schema (
  source_connection_id text primary key references source_connection (id) on delete cascade,
  organization_id text not null,
  -- rises with every change: who changes it names the one that it read
  revision bigint not null,
  -- JSON by stream: fields, types, key, what is held
  streams text not null,
  seen_at bigint not null
);

-- What a source did to its schema, in order, and what was made of it.
create table source_schema_change (
  source_connection_id text not null references source_connection (id) on delete cascade,
  -- counts up within the source connection
  sequence bigint not null,
  organization_id text not null,
  job_id text not null,
  stream text not null,
  kind text not null,
  field text,
  before_value text,
  after_value text,
  action text not null,
  created_at bigint not null,
  primary key (source_connection_id, sequence)
);

-- The key of an organization's field hashes: sealed, never read by anything but the vault.
create table organization_key (
  organization_id text primary key references organization (id) on delete cascade,
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  created_at bigint not null
);
