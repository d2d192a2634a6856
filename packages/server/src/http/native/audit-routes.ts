import { z } from 'zod';
import type { AuditLog } from '../../audit/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly audit: AuditLog }>();

const AuditEvent = z
  .object({
    id: z.guid(),
    at: Timestamp,
    action: z.string().meta({ description: '`noun.verb` in the past, like `collection.created`.' }),
    subject: z.object({ kind: z.string(), id: z.string() }),
    actor: z.object({ apiKeyId: z.string().nullable(), email: z.string().nullable() }),
  })
  .meta({ id: 'AuditEvent' });

const AuditEvents = z
  .object({
    items: z.array(AuditEvent),
    next: z.string().nullable().meta({ description: 'Send it as `after` to read on; null at the end.' }),
  })
  .meta({ id: 'AuditEvents' });

/** Who changed what. */
export const auditRoutes = [
  route({
    method: 'GET',
    path: '/audit-events',
    operationId: 'listAuditEvents',
    summary: 'List the changes made through the API, newest first',
    tag: 'Audit',
    access: 'audit:read',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      after: z.string().max(200).optional(),
      subjectId: z.string().max(200).optional().meta({ description: 'Only what was done to this.' }),
      action: z.string().max(100).optional(),
    }),
    returns: { 200: AuditEvents },
    errors: [],
    async handler({ actor, query, services }) {
      const { items, next } = await services.audit.list(actor, query);
      return {
        items: items.map((row) => ({
          id: row.id,
          at: timestamp(row.created_at),
          action: row.action,
          subject: { kind: row.subject_kind, id: row.subject_id },
          actor: { apiKeyId: row.api_key_id, email: row.actor_email },
        })),
        next,
      };
    },
  }),
];
