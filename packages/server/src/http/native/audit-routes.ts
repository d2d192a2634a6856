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
    sequence: z.int().nullable().meta({ description: 'Its place in the chain; null for events of earlier versions.' }),
    hash: z.string().nullable().meta({ description: 'SHA-256 over the event and the hash before it.' }),
  })
  .meta({ id: 'AuditEvent' });

const AuditEvents = z
  .object({
    items: z.array(AuditEvent),
    next: z.string().nullable().meta({ description: 'Send it as `after` to read on; null at the end.' }),
  })
  .meta({ id: 'AuditEvents' });

const AuditVerificationBody = z
  .object({
    whole: z.boolean(),
    events: z.int().meta({ description: 'Events that were read.' }),
    firstSequence: z.int().nullable().meta({ description: 'Older ones were deleted for their age.' }),
    lastSequence: z.int().nullable(),
    hash: z.string().nullable().meta({ description: 'Of the newest event; note it elsewhere to compare it later.' }),
    unchained: z.int().meta({ description: 'Events of versions that kept no chain.' }),
    breaks: z
      .array(
        z.object({
          sequence: z.int().nullable(),
          eventId: z.string().nullable(),
          reason: z.enum(['missing', 'altered', 'unlinked', 'foreign', 'rewritten']).meta({
            description:
              'Events before it are gone; it is not as it was written; it does not follow the one before; it was put in without a place; it has not the hash that was noted.',
          }),
        }),
      )
      .meta({ description: 'Where the chain is not whole, the first hundred.' }),
  })
  .meta({ id: 'AuditVerification' });

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
          sequence: row.sequence,
          hash: row.hash,
        })),
        next,
      };
    },
  }),
  route({
    method: 'GET',
    path: '/audit/verify',
    operationId: 'verifyAuditLog',
    summary: 'Tell whether the audit log is as it was written, and where it is not',
    tag: 'Audit',
    access: 'audit:read',
    query: z
      .object({
        sequence: z.coerce
          .number()
          .int()
          .min(1)
          .optional()
          .meta({ description: 'Of an event that was noted elsewhere.' }),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
          .optional()
          .meta({ description: 'The hash that this event must still have.' }),
      })
      .refine(({ sequence, hash }) => (sequence === undefined) === (hash === undefined), {
        path: ['hash'],
        error: 'sequence and hash go together',
      }),
    returns: { 200: AuditVerificationBody },
    errors: [],
    handler: ({ actor, query: { sequence, hash }, services }) =>
      services.audit.verify(actor, sequence === undefined || hash === undefined ? undefined : { sequence, hash }),
  }),
];
