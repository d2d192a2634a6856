-- Who is told what, by which connection: rules of a project, what happened, and each rule's delivery of it.

create table notification_rule (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  -- the name as given, and folded to lower case for comparing
  name text not null,
  name_key text not null,
  -- JSON: kinds of notices, at least one
  events text not null,
  -- the rule goes with the connection that carries it, and with the environment whose workers send
  connection_id text not null references connection (id) on delete cascade,
  environment_id text not null references environment (id) on delete cascade,
  enabled integer not null default 1,
  -- JSON: ids; null for all of the project
  source_connections text,
  min_severity text not null default 'info',
  last_sent_at bigint,
  -- why the newest attempt failed; null once one went well
  last_error text,
  last_error_at bigint,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  unique (project_id, name_key)
);
create index notification_rule_of_organization on notification_rule (organization_id);
create index notification_rule_of_connection on notification_rule (connection_id);
create index notification_rule_of_environment on notification_rule (environment_id);

-- When a rule last heard of something, so that repeats are counted instead of sent.
create table notification_repeat (
  rule_id text not null references notification_rule (id) on delete cascade,
  -- id of a source connection or of a connection
  subject_id text not null,
  kind text not null,
  organization_id text not null references organization (id) on delete cascade,
  -- what it was about; another one is told at once
  fingerprint text not null,
  noticed_at bigint not null,
  held_back integer not null default 0,
  primary key (rule_id, subject_id, kind)
);
create index notification_repeat_of_organization on notification_repeat (organization_id);

create table notice (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  kind text not null,
  severity text not null,
  -- JSON: names and ids; the words are made of them when it is sent
  facts text not null,
  created_at bigint not null
);
create index notice_of_project on notice (organization_id, project_id);
create index notice_by_age on notice (created_at);

create table notice_delivery (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  project_id text not null references project (id) on delete cascade,
  notice_id text not null references notice (id) on delete cascade,
  rule_id text not null references notification_rule (id) on delete cascade,
  -- waiting, sent, failed, dropped
  state text not null,
  attempts integer not null default 0,
  -- how many like it were held back since the one before
  repeats integer not null default 0,
  next_attempt_at bigint not null,
  lease_owner text,
  lease_until bigint,
  -- why it waits or did not go out
  reason text,
  created_at bigint not null,
  ended_at bigint
);
create index notice_delivery_of_project on notice_delivery (organization_id, project_id, created_at, id);
create index notice_delivery_of_notice on notice_delivery (notice_id);
create index notice_delivery_of_rule on notice_delivery (rule_id);
create index notice_delivery_waiting on notice_delivery (next_attempt_at) where state = 'waiting';
