import type { Stream } from '@tributary/connectors/kit/connector';
import type { Scope } from './plan.ts';

/**
 * A sweep of more than half of a stream is more often a source that answered wrongly (a lost permission, a filter, an
 * empty account after a migration) than a clean-up; a person can tell, we cannot.
 */
const SUSPICIOUS_SHARE = 0.5;
/** Small streams turn over wholly in daily life, and are read again in no time. */
const NEVER_SUSPICIOUS = 25;

export interface Unseen {
  readonly unseen: number;
  readonly total: number;
}

/** Whether every scope was read to its end in a way that names all records, so that what was not named may be gone. */
export function claimsAll(stream: Pick<Stream, 'deletes'>, scopes: readonly Scope[]): boolean {
  if (stream.deletes === 'listing') return scopes.every((scope) => scope.ended);
  return scopes.length > 0 && scopes.every((scope) => scope.ended && scope.complete);
}

/** Whether such a listing has skipped nothing; see `ScopeState.whole`. */
export const skippedNothing = (scopes: readonly Scope[]): boolean => scopes.every((scope) => scope.whole);

interface Circumstances {
  readonly gaps: boolean;
  readonly confirmed: boolean;
}

type Verdict = 'nothing' | 'sweep' | 'hold';

/** The same after the keys of a stream have changed: nothing has its old name, so what came under new ones is the measure. */
export function judgeRekeyed({ unseen, total }: Unseen, circumstances: Circumstances): Verdict {
  return judgeSweep({ unseen: Math.max(1, 2 * unseen - total), total: unseen }, circumstances);
}

/** What to do with the entities that a complete listing did not name. */
export function judgeSweep({ unseen, total }: Unseen, { gaps, confirmed }: Circumstances): Verdict {
  if (unseen === 0) return 'nothing';
  if (confirmed) return 'sweep';
  if (gaps) return 'hold';
  return unseen > NEVER_SUSPICIOUS && unseen > total * SUSPICIOUS_SHARE ? 'hold' : 'sweep';
}
