import { z } from 'zod';
import type { OrganizationService } from '../../organizations/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly organizations: OrganizationService }>();

const Organization = z.object({ id: z.guid(), name: z.string(), createdAt: Timestamp }).meta({ id: 'Organization' });

/** The caller's organization. */
export const organizationRoutes = [
  route({
    method: 'GET',
    path: '/organization',
    operationId: 'getOrganization',
    summary: 'Show the organization that the API key belongs to',
    tag: 'Organization',
    access: 'organization:read',
    returns: { 200: Organization },
    errors: [],
    async handler({ actor, services }) {
      const { id, name, created_at } = await services.organizations.get(actor);
      return { id, name, createdAt: timestamp(created_at) };
    },
  }),
];
