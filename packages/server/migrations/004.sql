-- The one data directory that holds the collections of this control store, and the machine whose processes work on it.
create table data_directory (
  id text primary key,
  -- the boot of the machine, see jobs/machine.ts
  machine text not null,
  seen_at bigint not null,
  only_row integer not null default 1 unique check (only_row = 1)
);
