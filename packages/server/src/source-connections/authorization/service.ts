import type { Actor } from '../../auth/actor.ts';
import type { SourceConnectionId } from '../../lib/ids.ts';
import { findLiveJob } from '../../jobs/queue.ts';
import { startFirstJob } from '../create.ts';
import { errors } from '../../errors.ts';
import type { SourceConnectionDetail } from '../model.ts';
import { getRow, withLink } from '../views.ts';
import { followLink, type Followed } from './follow.ts';
import { beginAgain } from './begin-again.ts';
import type { AuthorizationNeeds } from './needs.ts';
import { takeAnswer, type Arrived } from './take-answer.ts';

/** A person's way from a link through a provider's pages and back. */
export interface AuthorizationService {
  /**
   * Uses a link up and says where the browser goes: to the provider, or back with a reason when the provider cannot be asked.
   * Throws `oauth_link_not_found`, and without a place to go back to, what the provider's failure was.
   */
  follow(code: string): Promise<Followed>;
  /**
   * The browser is back: exchanges the answer, proves the access by a live call, seals it and lets the schedule begin. Whatever
   * fails after the state was used up is told to the page where the browser goes; without one it is thrown.
   */
  arrive(query: URLSearchParams, cookieOf: (name: string) => string | undefined): Promise<Arrived>;
  /** Whoever began the authorization proves it, and the first sync starts. */
  verify(actor: Actor, id: SourceConnectionId, claimToken: string): Promise<SourceConnectionDetail>;
  /** A new link, for a connection that nobody has allowed yet or whose grant is gone. Throws `already_authenticated`. */
  reinitiate(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
}

export function createAuthorizationService(needs: AuthorizationNeeds): AuthorizationService {
  const { control, oauth, audit, sourceConnections } = needs;
  return {
    follow: (code) => followLink(needs, code),
    arrive: (query, cookieOf) => takeAnswer(needs, query, cookieOf),
    async verify(actor, id, claimToken) {
      await control.transaction(async (tx) => {
        const row = await getRow(tx, actor.organizationId, id);
        await oauth.sessions.claim(tx, actor, id, claimToken);
        const isFree = row.paused_by === null && row.enabled === 1;
        if (isFree && !(await findLiveJob(tx, actor.organizationId, id))) await startFirstJob(needs, tx, actor, id);
        await audit.record(tx, actor, {
          action: 'source_connection.verified',
          subjectKind: 'source_connection',
          subjectId: id,
        });
      });
      needs.wake();
      return sourceConnections.get(actor, id);
    },
    async reinitiate(actor, id) {
      const { status, auth } = await sourceConnections.getHead(actor, id);
      if (status.setup === 'ready') throw errors.already_authenticated({ id });
      const link = await beginAgain(needs, actor, id, auth);
      return withLink(await sourceConnections.get(actor, id), link);
    },
  };
}
