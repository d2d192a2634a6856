import { z } from 'zod';
import type { UsageService } from '../../collections/usage.ts';
import type { DiskWatch } from '../../host/disk-watch.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly usage: UsageService; readonly disk: Pick<DiskWatch, 'state'> }>();

const size = { entities: z.int(), bytes: z.int().describe('On disk.') };

const Usage = z
  .object({
    ...size,
    limits: z.object({
      entities: z.int().nullable().describe('null: no limit.'),
      bytes: z.int().nullable(),
    }),
    collections: z
      .array(z.object({ readableId: z.string(), ...size, measuredAt: Timestamp }))
      .describe('The largest first, as measured at the end of their last job or deletion.'),
    disk: z.enum(['ok', 'nearly_full']).describe('Whether the disk of the service has room left.'),
  })
  .meta({ id: 'Usage' });

/** What an organization holds, and what it may. */
export const usageRoutes = [
  route({
    method: 'GET',
    path: '/organization/usage',
    operationId: 'getUsage',
    summary: 'Show how many entities and how much disk the collections take, and the limits',
    tag: 'Organization',
    access: 'organization:read',
    returns: { 200: Usage },
    errors: [],
    async handler({ actor, services }) {
      const { entities, bytes, limits, collections } = await services.usage.get(actor);
      return {
        entities,
        bytes,
        limits,
        collections: collections.map(({ measuredAt, ...one }) => ({ ...one, measuredAt: timestamp(measuredAt) })),
        disk: services.disk.state(),
      };
    },
  }),
];
