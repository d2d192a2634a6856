import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import { errors } from '../../errors.ts';
import { answerObject } from './answer-verdict.ts';

/**
 * What the answer to a provider's `verify` request says of the token: good, or refused (401, 403, or `ok: false` with 200 as
 * Slack has it). Throws `oauth_provider_failed` for anything else, since it says nothing of the token.
 */
export function judgeProof(provider: OAuthProvider, answer: HttpResponse): boolean {
  const { status } = answer;
  if (status === 401 || status === 403) return false;
  if (status >= 200 && status < 300) return answerObject(answer)?.['ok'] !== false;
  throw errors.oauth_provider_failed({ provider: provider.id, reason: `its proof of a token answered ${status}` });
}
