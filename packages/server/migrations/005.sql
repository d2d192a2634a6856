-- Tokens that are renewed, the clients they belong to, the connections that wait for a person to allow them, and the outside
-- vaults that hand credentials to us.

-- an organization's own client at a provider, used for one source
create table oauth_client (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  name text not null,
  connector text not null,
  -- as it may be shown; the secret is sealed
  client_id text not null,
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text
);
create index oauth_client_of_organization on oauth_client (organization_id, connector, created_at);

-- an outside vault (Composio, Pipedream, …) and the key to it
create table auth_provider (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  readable_id text not null,
  name text not null,
  description text,
  kind text not null,
  -- what may be shown of the key; the key is sealed
  masked_client_id text,
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  unique (organization_id, readable_id)
);

alter table connection add column oauth_client_id text;
alter table connection add column auth_provider_id text;
-- which account of the outside vault
alter table connection add column auth_provider_config text;
create index connection_of_oauth_client on connection (oauth_client_id) where oauth_client_id is not null;
create index connection_of_auth_provider on connection (auth_provider_id) where auth_provider_id is not null;

-- of the access token; null: unknown, or it does not expire
alter table credential add column expires_at bigint;
-- when it is time to renew although nobody asks: the refresh token would die
alter table credential add column renew_at bigint;
-- one renewal at a time: who does it, until when, and a number that rises with each
alter table credential add column renewal_owner text;
alter table credential add column renewal_until bigint;
alter table credential add column renewal_fence bigint not null default 0;
-- why only a person can go on; null while the credential is good
alter table credential add column refused_reason text;
create index credential_to_renew on credential (renew_at) where renew_at is not null and refused_reason is null;

-- a person's way through the provider's pages and back
create table authorization_session (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  source_connection_id text not null references source_connection (id) on delete cascade,
  connection_id text not null,
  -- SHA-256 (hex) of the link's code, of the state, of the claim token, and of the cookie of the browser that followed the link
  code_hash text not null unique,
  state_hash text unique,
  claim_hash text not null,
  browser_hash text,
  -- pending (link not followed), started (at the provider), returned (back, being worked on), authorized (not claimed),
  -- completed, failed, cancelled
  status text not null,
  redirect_url text,
  -- verifier, client, temporary token
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  requested_by_api_key_id text not null,
  requested_by_email text,
  created_at bigint not null,
  link_expires_at bigint not null,
  expires_at bigint not null
);
create index authorization_session_of_source_connection on authorization_session (source_connection_id, created_at);
create index authorization_session_age on authorization_session (expires_at);
