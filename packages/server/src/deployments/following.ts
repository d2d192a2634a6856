import type { ConnectionFollowers } from '../connections/followers.ts';
import type { Deployments } from './deployments.ts';
import { isFollowed } from './repository.ts';

/**
 * What is deployed follows its connection through the APIs that know no deployment: a change of its settings or its switch is
 * placed as a new version, a deletion withdraws it. A connection whose last deployment by name said not to deploy stays as it was.
 * Workers of the service find it at their next look, within two seconds; PostgreSQL tells them at the commit.
 */
export function createFollowing(deployments: Pick<Deployments, 'place' | 'withdraw'>): ConnectionFollowers {
  return {
    async changed(tx, organizationId, id) {
      if (await isFollowed(tx, organizationId, id)) await deployments.place(tx, organizationId, id);
    },
    async removed(tx, organizationId, id) {
      await deployments.withdraw(tx, organizationId, id);
    },
  };
}
