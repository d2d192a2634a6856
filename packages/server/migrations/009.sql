-- What workers are to hold: one row a connection, as it was when it was placed. It names its connection without pointing to it,
-- since it outlives one that is deleted, until every worker has had the time to let go of it.
create table deployment (
  connection_id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  handle text not null,
  connector text not null,
  enabled integer not null,
  -- 1: workers are to let go of it
  removed integer not null default 0,
  -- the connection's revision that this is
  revision bigint not null,
  -- rises with each placement
  version bigint not null,
  -- the settings, with the secret ones in their places
  key_id text not null,
  wrapped_key text not null,
  ciphertext text not null,
  placed_at bigint not null
);
create index deployment_of_project on deployment (project_id);
create index deployment_of_organization on deployment (organization_id);
create index deployment_removed on deployment (placed_at) where removed = 1;

-- The worker processes that live, and those that were lost a moment ago.
create table worker (
  id text primary key,
  -- see jobs/owner.ts
  owner text not null,
  machine text not null,
  host text not null,
  pid integer not null,
  -- the environment's name, folded to lower case
  environment text not null,
  started_at bigint not null,
  seen_at bigint not null,
  -- set when it ended without a word, or was silent for too long
  lost_at bigint
);
create index worker_of_environment on worker (environment);

-- What a worker has answered: which version it holds, or why it does not.
create table worker_deployment (
  worker_id text not null references worker (id) on delete cascade,
  connection_id text not null,
  organization_id text not null,
  project_id text not null,
  version bigint not null,
  -- open, disabled, removed, failed
  state text not null,
  message text,
  answered_at bigint not null,
  -- of the open client: when it was used last, and what it failed at last
  used_at bigint,
  failed_at bigint,
  failure text,
  primary key (worker_id, connection_id)
);
create index worker_deployment_of_connection on worker_deployment (connection_id);
create index worker_deployment_of_project on worker_deployment (project_id);
create index worker_deployment_of_organization on worker_deployment (organization_id);
