-- Who may do what, and a log of changes in which nothing can be altered unseen.

alter table api_key add column created_by_email text;
alter table api_key add column modified_at bigint;
alter table api_key add column modified_by_email text;
-- the key that took its place when it was rotated
alter table api_key add column replaced_by text;

create table role (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  name text not null,
  description text,
  -- JSON: names of permissions, `CATEGORY:ACTION`
  permissions text not null,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  unique (organization_id, name)
);

-- What a key may do beside its own scopes.
create table api_key_role (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  api_key_id text not null references api_key (id) on delete cascade,
  role_id text not null references role (id) on delete cascade,
  -- null: in the whole organization
  project_id text references project (id) on delete cascade
);
create unique index api_key_role_once on api_key_role (api_key_id, role_id, coalesce(project_id, ''));
create index api_key_role_of_role on api_key_role (role_id);

-- Events are a chain for each organization, see audit/chain.ts; those of earlier versions have no place in it.
alter table audit_event add column sequence bigint;
alter table audit_event add column previous_hash text;
alter table audit_event add column hash text;
create unique index audit_event_sequence on audit_event (organization_id, sequence) where sequence is not null;

-- Both ends of each chain.
create table audit_head (
  organization_id text primary key references organization (id) on delete cascade,
  -- the newest event
  sequence bigint not null,
  hash text not null,
  -- the newest event that was deleted for its age
  anchor_sequence bigint not null,
  anchor_hash text not null,
  -- events without a place in the chain are older than this
  chained_since bigint not null
);
insert into audit_head (organization_id, sequence, hash, anchor_sequence, anchor_hash, chained_since)
select id, 0, '', 0, '',
  coalesce((select max(created_at) from audit_event where audit_event.organization_id = organization.id), -1) + 1
from organization;
