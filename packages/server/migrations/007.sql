-- Where the workers of a project run, what placeholders stand for there, and the keys and certificates of a project.

create table environment (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  -- the name as given, and folded to lower case for comparing
  name text not null,
  name_key text not null,
  created_at bigint not null,
  unique (project_id, name_key)
);
create index environment_of_organization on environment (organization_id);

create table variable (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  -- null: for every environment of the project that has none of this name
  environment_id text references environment (id) on delete cascade,
  name text not null,
  -- 1: never shown again; the value is sealed in any case
  secret integer not null,
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text
);
create unique index variable_once on variable (project_id, coalesce(environment_id, ''), name);
create index variable_of_organization on variable (organization_id);

create table key_material (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  name text not null,
  name_key text not null,
  -- certificate: no private key; key_store: with one
  kind text not null,
  -- JSON: what may be shown of it: subject, issuer, fingerprint, …
  facts text not null,
  expires_at bigint,
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  unique (project_id, name_key)
);
create index key_material_of_organization on key_material (organization_id);

-- JSON: what the caller of another contract has said of the connection that its connector has no word for.
alter table connection add column type_fields text;
-- 1: made on its own; it stays when nothing is read through it any more
alter table connection add column stays integer not null default 0;
