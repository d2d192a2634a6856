-- The audit log is append-only: what was written stays as it is, and only what lies behind the anchor may go.
create trigger audit_event_stays before update on audit_event
begin
  select raise(abort, 'the audit log is append-only');
end;
create trigger audit_event_is_kept before delete on audit_event
when old.sequence > (select anchor_sequence from audit_head where organization_id = old.organization_id)
begin
  select raise(abort, 'the audit log is append-only');
end;
create trigger audit_head_is_kept before delete on audit_head
begin
  select raise(abort, 'the audit log is append-only');
end;
create trigger audit_head_moves_on before update on audit_head
when new.sequence < old.sequence or new.anchor_sequence < old.anchor_sequence or new.anchor_sequence > new.sequence
begin
  select raise(abort, 'the audit log is append-only');
end;

-- An event and the end of its chain are written by one statement.
create trigger audit_event_ends_chain after insert on audit_event when new.sequence is not null
begin
  update audit_head set hash = new.hash where organization_id = new.organization_id and sequence = new.sequence;
end;
