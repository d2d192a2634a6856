-- Bearer tokens that live for an hour, in the place of the API key that they were given for.
create table access_token (
  -- SHA-256 (hex) of the token; the token itself is shown once and never kept
  hash text primary key,
  organization_id text not null references organization (id) on delete cascade,
  api_key_id text not null references api_key (id) on delete cascade,
  created_at bigint not null,
  expires_at bigint not null
);
create index access_token_of_organization on access_token (organization_id, expires_at);
create index access_token_of_key on access_token (api_key_id);

-- 1: whoever wrote the connection last wanted it to be deployed with the change.
alter table connection add column deploy_to_worker integer not null default 1;
