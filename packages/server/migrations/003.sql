-- What each collection takes, as last measured at the end of a job or of a deletion; limits of an organization sum it up.
create table collection_usage (
  collection_id text primary key references collection (id) on delete cascade,
  organization_id text not null references organization (id) on delete cascade,
  entities bigint not null,
  bytes bigint not null,
  measured_at bigint not null
);
create index collection_usage_of_organization on collection_usage (organization_id);

-- What is kept for a time only is found by its age.
create index sync_job_ended on sync_job (completed_at) where completed_at is not null;
create index job_event_age on job_event (created_at);
create index audit_event_age on audit_event (created_at);

-- Under the condition of the running jobs' other index the planner took this one for finding who writes a collection.
drop index sync_job_leased;
create index sync_job_leased on sync_job (lease_until) where lease_until is not null;
