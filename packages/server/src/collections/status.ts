import type { JobState } from '../control/schema.ts';
import type { CollectionStatus } from './model.ts';

export interface SourceHealth {
  readonly authenticated: boolean;
  /** State of the newest job; null when none ran. */
  readonly lastState: JobState | null;
}

const alive: ReadonlySet<JobState> = new Set(['completed', 'running', 'cancelling']);

/** The one word for a collection: active when any source works, error when all authenticated ones failed. */
export function collectionStatus(sources: readonly SourceHealth[]): CollectionStatus {
  const authenticated = sources.filter((source) => source.authenticated);
  if (authenticated.some((source) => source.lastState !== null && alive.has(source.lastState))) return 'active';
  if (authenticated.length > 0 && authenticated.every((source) => source.lastState === 'failed')) return 'error';
  return 'needs_source';
}
