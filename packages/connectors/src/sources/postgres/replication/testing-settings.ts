import type { StartPostgresOptions } from '../../../testing/embedded-postgres.ts';

/** A server that can replicate. Commits are in its log when they return: only what is there is told. */
export const LOGICAL: StartPostgresOptions = {
  settings: { wal_level: 'logical', max_replication_slots: '10', max_wal_senders: '10', synchronous_commit: 'on' },
};
