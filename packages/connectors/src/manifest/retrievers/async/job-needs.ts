import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Component } from '../../model/component.ts';
import type { ManifestResponse } from '../../model/request.ts';
import { responseVariable } from './response-variable.ts';

/** A member of `creation_response` that a template takes as it is: `['id']` or `.id`, and no method. */
const TAKEN = /\bcreation_response\s*(?:\[\s*['"](?<key>[^'"]+)['"]\s*\]|\.(?<name>[A-Za-z_]\w*)(?!\s*\())/g;

/** The members of the creation's answer that the templates of a requester take. */
export function takenOfCreation(requester: Component): ReadonlySet<string> {
  const names = JSON.stringify(requester)
    .replaceAll(String.raw`\"`, '"')
    .matchAll(TAKEN)
    .map(({ groups }) => groups?.['key'] ?? groups?.['name'] ?? '');
  return new Set(names);
}

/**
 * Refuses the answer to a job's creation when nothing of what asks for the job's status is in it: another address would be asked, and
 * whatever it says would be taken for the job's. Throws `ConnectorError('invalid_answer')`.
 */
export function checkCreation(creation: ManifestResponse, taken: ReadonlySet<string>, stream: string): void {
  if (taken.size === 0) return;
  const answer = responseVariable(creation);
  const isThere = (name: string): boolean => answer[name] !== undefined && answer[name] !== null && answer[name] !== '';
  // One of several may do, as in `creation_response['id'] or creation_response['job']`.
  if ([...taken].some(isThere)) return;
  const names = [...taken].map((name) => `"${name}"`).join(', ');
  throw new ConnectorError(
    'invalid_answer',
    `Stream "${stream}": the answer to "creation_requester" of the AsyncRetriever has no ${names}, which "polling_requester" takes from it. ` +
      'Look at what the source answers when a job is created.',
  );
}
