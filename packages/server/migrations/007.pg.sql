-- Every project has this one.
insert into environment (id, organization_id, project_id, name, name_key, created_at)
select gen_random_uuid()::text, organization_id, id, 'production', 'production', created_at from project;
