-- The audit log is append-only: what was written stays as it is, and only what lies behind the anchor may go.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;

create function keep_audit_event() returns trigger language plpgsql as $$
begin
  if old.sequence > (select anchor_sequence from audit_head where organization_id = old.organization_id) then
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;

create trigger audit_event_stays before update on audit_event
for each row execute function refuse_audit_change();
create trigger audit_event_is_kept before delete on audit_event
for each row execute function keep_audit_event();
create trigger audit_event_is_not_emptied before truncate on audit_event
for each statement execute function refuse_audit_change();
create trigger audit_head_is_kept before delete on audit_head
for each row execute function refuse_audit_change();
create trigger audit_head_is_not_emptied before truncate on audit_head
for each statement execute function refuse_audit_change();
create trigger audit_head_moves_on before update on audit_head
for each row
when (new.sequence < old.sequence or new.anchor_sequence < old.anchor_sequence or new.anchor_sequence > new.sequence)
execute function refuse_audit_change();

-- An event and the end of its chain are written by one statement.
create function end_audit_chain() returns trigger language plpgsql as $$
begin
  update audit_head set hash = new.hash where organization_id = new.organization_id and sequence = new.sequence;
  return null;
end $$;
create trigger audit_event_ends_chain after insert on audit_event
for each row when (new.sequence is not null) execute function end_audit_chain();
