import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Component } from '../../model/component.ts';

/** What a job is doing, whatever word the source has for it. */
export type JobStatus = 'running' | 'completed' | 'failed' | 'timeout' | 'skipped';

const STATUSES: readonly JobStatus[] = ['running', 'completed', 'failed', 'timeout', 'skipped'];

/**
 * The statuses by the source's words for them. Throws `ConnectorError('configuration')` when a word stands for two. Source:
 * the schema's `AsyncJobStatusMap`.
 */
export function jobStatuses(definition: Component): ReadonlyMap<string, JobStatus> {
  const byWord = new Map<string, JobStatus>();
  for (const status of STATUSES) {
    const words = definition[status];
    for (const word of Array.isArray(words) ? words.map(String) : []) {
      const other = byWord.get(word);
      if (other !== undefined && other !== status) {
        throw new ConnectorError(
          'configuration',
          `"status_mapping" has the status ${JSON.stringify(word)} under "${other}" and under "${status}"; keep one.`,
        );
      }
      byWord.set(word, status);
    }
  }
  return byWord;
}
