-- Connectors that an organization has added to its catalogue: manifests, in versions of which one is used.
create table connector (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  -- the short name of the source; those that come with the service are not taken
  name text not null,
  title text not null,
  -- the version that is used
  version bigint not null,
  created_at bigint not null,
  modified_at bigint not null,
  created_by_email text,
  modified_by_email text,
  unique (organization_id, name)
);

create table connector_version (
  connector_id text not null references connector (id) on delete cascade,
  organization_id text not null references organization (id) on delete cascade,
  version bigint not null,
  -- SHA-256 (hex) of the manifest and its files
  content_hash text not null,
  -- the manifest as it was given
  manifest text not null,
  -- JSON: files beside the manifest, by their paths
  files text not null,
  -- JSON: what was read of it, its streams and what of it cannot be run
  facts text not null,
  -- where it came from: an address, a registry, a file's name; null when nobody said
  origin text,
  created_at bigint not null,
  created_by_email text,
  primary key (connector_id, version)
);
create index connector_version_of_organization on connector_version (organization_id);
