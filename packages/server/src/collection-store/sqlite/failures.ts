import type { StorePage } from '../port.ts';
import { type Connection, prepared } from './connection.ts';

/** A source whose every record fails must not fill the disk with reasons: all are counted, the first ones listed. */
const LISTED_PER_JOB = 10_000;

/**
 * Notes the page's failures and returns how many count. One that has a key counts once a job, however often its page
 * is read again.
 */
export function addFailures(
  db: Connection,
  context: { readonly job: number; readonly now: number },
  page: StorePage,
): number {
  if (page.failures.length === 0) return 0;
  const insert = prepared(
    db,
    `INSERT INTO failure (job, stream, key, code, message, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (job, stream, key, code) WHERE key IS NOT NULL DO NOTHING`,
  );
  const listed = prepared(db, 'SELECT count(*) FROM failure WHERE job = ?').pluck().get(context.job) as number;
  let room = LISTED_PER_JOB - listed;
  let counted = 0;
  for (const failure of page.failures) {
    if (room <= 0) {
      counted += 1;
      continue;
    }
    const { changes } = insert.run(
      context.job,
      page.stream,
      failure.key ?? null,
      failure.code,
      failure.message,
      context.now,
    );
    counted += changes;
    room -= changes;
  }
  return counted;
}
