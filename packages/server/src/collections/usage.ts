import type { Actor } from '../auth/actor.ts';
import type { StoreSize } from '../collection-store/port.ts';
import type { Config } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { CollectionId, OrganizationId } from '../lib/ids.ts';
import { type CollectionUsage, listUsage, sumUsageBeside, upsertUsage } from './repository.ts';

/** How much an organization may hold; `null` sets no limit. */
export interface Limits {
  readonly entities: number | null;
  readonly bytes: number | null;
}

export interface OrganizationUsage extends StoreSize {
  readonly limits: Limits;
  /** The largest first; collections that were never synced are left out. */
  readonly collections: readonly CollectionUsage[];
}

/** What collections take, as last measured: at the end of each job and of each deletion. */
export interface UsageService {
  readonly limits: Limits;
  record(organizationId: OrganizationId, collectionId: CollectionId, size: StoreSize): Promise<void>;
  /** What the organization's other collections take. */
  beside(organizationId: OrganizationId, collectionId: CollectionId): Promise<StoreSize>;
  get(actor: Actor): Promise<OrganizationUsage>;
}

const BYTES_OF_MEGABYTE = 1_000_000;
const limit = (value: number): number | null => (value === 0 ? null : value);

export function createUsageService({
  control,
  clock,
  config,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly config: Pick<Config, 'maxEntities' | 'maxMegabytes'>;
}): UsageService {
  const limits = { entities: limit(config.maxEntities), bytes: limit(config.maxMegabytes * BYTES_OF_MEGABYTE) };
  return {
    limits,
    record: (organizationId, collectionId, size) =>
      upsertUsage(control.db, organizationId, collectionId, { ...size, measuredAt: clock.now() }),
    beside: (organizationId, collectionId) => sumUsageBeside(control.db, organizationId, collectionId),
    async get({ organizationId }) {
      const collections = await listUsage(control.db, organizationId);
      const sum = (of: keyof StoreSize): number => collections.reduce((total, one) => total + one[of], 0);
      return { entities: sum('entities'), bytes: sum('bytes'), limits, collections };
    },
  };
}
