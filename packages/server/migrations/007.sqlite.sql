-- Every project has this one.
insert into environment (id, organization_id, project_id, name, name_key, created_at)
select
  lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-' || substr(h, 21, 12)),
  organization_id, id, 'production', 'production', created_at
from (select hex(randomblob(16)) as h, organization_id, id, created_at from project);
