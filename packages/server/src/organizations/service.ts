import type { Actor } from '../auth/actor.ts';
import type { KeyOwner } from '../auth/key-row.ts';
import type { ApiKeyService } from '../auth/service.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type OrganizationId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import { findOldestOrganization, findOrganization, insertOrganization, type OrganizationRow } from './repository.ts';

export interface NewOrganization {
  /** Default: a fresh one. */
  readonly id?: OrganizationId;
  readonly name: string;
}

export interface OrganizationService {
  /** The organization of the caller. */
  get(actor: Actor): Promise<OrganizationRow>;
  /** The one that the first start made, or undefined before it. */
  findFirst(db: Queryable): Promise<OrganizationRow | undefined>;
  /** Makes an organization with its `default` project; undefined when the id is taken. */
  insert(tx: Queryable, input: NewOrganization): Promise<OrganizationRow | undefined>;
  /** Makes another tenant with a key of every scope; gives the key, which is not kept. For operators, never for callers. */
  create(name: string, owner: KeyOwner): Promise<string>;
}

export function createOrganizationService({
  control,
  clock,
  projects,
  apiKeys,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly projects: ProjectService;
  readonly apiKeys: ApiKeyService;
}): OrganizationService {
  const insert: OrganizationService['insert'] = async (tx, { id = newId<OrganizationId>(), name }) => {
    const row = { id, name, created_at: clock.now() };
    if (!(await insertOrganization(tx, row))) return undefined;
    await projects.createDefault(tx, id);
    return row;
  };
  return {
    insert,
    async get(actor) {
      const row = await findOrganization(control.db, actor.organizationId);
      if (!row) throw errors.organization_not_found({ id: actor.organizationId });
      return row;
    },
    findFirst: findOldestOrganization,
    create: (name, owner) =>
      control.transaction(async (tx) => {
        const id = newId<OrganizationId>();
        await insert(tx, { id, name });
        return apiKeys.createFirst(tx, id, owner);
      }),
  };
}
