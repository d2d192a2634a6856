import { ConnectorError } from '../../../kit/connector-error.ts';
import { toConnectorError } from '../postgres-error.ts';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'severity' in error && 'code' in error ? error.code : undefined;

/** What replication says by codes that mean something else elsewhere (PostgreSQL manual, appendix A). */
export function toReplicationError(error: unknown, slot: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const doing = `Reading the replication slot ${slot}`;
  const said = error instanceof Error ? error.message : '';
  const make = (reason: 'cursor_expired' | 'unavailable' | 'configuration', advice: string) =>
    new ConnectorError(reason, `${doing}: ${said}. ${advice}`, { cause: error });
  switch (codeOf(error)) {
    // undefined_object: slot or publication; object_not_in_prerequisite_state: given up; undefined_file: its log is gone.
    case '42704':
    case '55000':
    case '58P01':
      return make('cursor_expired', 'Everything is read again.');
    case '55006':
      return make(
        'unavailable',
        'A reader that has died is noticed within wal_sender_timeout. If another source connection reads this database, give each a `slot` of its own.',
      );
    case '53400':
      return make('configuration', 'All replication slots are taken: raise max_replication_slots, or drop one.');
    case '53300':
      return make('unavailable', 'All places are taken: raise max_wal_senders.');
    case '42501':
      return make(
        'configuration',
        'The user needs REPLICATION, and to own the tables that are added to the publication.',
      );
    default:
      return toConnectorError(error, doing);
  }
}
