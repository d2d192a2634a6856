import type { ApiKeyService } from '../auth/service.ts';
import type { Config } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import { asId, type OrganizationId } from '../lib/ids.ts';
import type { OrganizationService } from './service.ts';

/** Fixed, so that of two services that start on one empty database only one makes the organization. */
const firstOrganizationId = asId<OrganizationId>('7b1f0a52-8c35-4d0e-9a4f-3e6f5f1c2d01');

/**
 * Makes what a first start needs: an organization, its `default` project and an API key of every scope. The key is the
 * one that the operator configured, or a fresh one. Safe to call on every start: a configured key that is not known yet
 * is added, a known one is left as it is, also when it was revoked.
 * @returns the fresh key, to be shown once; undefined when none was made
 */
export function bootstrap({
  control,
  config,
  organizations,
  apiKeys,
}: {
  readonly control: ControlStore;
  readonly config: Pick<Config, 'bootstrapApiKey' | 'bootstrapEmail'>;
  readonly organizations: OrganizationService;
  readonly apiKeys: ApiKeyService;
}): Promise<string | undefined> {
  const owner = { name: 'Administrator', email: config.bootstrapEmail };
  return control.transaction(async (tx) => {
    const existing = await organizations.findFirst(tx);
    const made = existing
      ? undefined
      : await organizations.insert(tx, { id: firstOrganizationId, name: 'Default organization' });
    const { id } = existing ?? made ?? { id: firstOrganizationId };
    if (config.bootstrapApiKey) {
      await apiKeys.ensure(tx, id, owner, config.bootstrapApiKey);
      return undefined;
    }
    return made ? apiKeys.createFirst(tx, id, owner) : undefined;
  });
}
