import { z } from 'zod';
import type { SourceConnection } from '../../source-connections/model.ts';
import { JsonMap } from '../wire-values.ts';

export const CheckRequest = z
  .object({
    shortName: z.string(),
    config: JsonMap.default({}),
    credentials: JsonMap.default({}).describe(
      'The fields that the source asks for; see `GET /v1/sources/{short_name}`.',
    ),
  })
  .meta({ id: 'CheckRequest' });

export const CheckResult = z
  .object({
    account: z.string().describe('The account that the source named.'),
    streams: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        incremental: z.boolean(),
        cursorFields: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'CheckResult' });

const Schedule = z.object({
  cron: z.string().nullable().optional().describe('Five fields; null for no schedule.'),
  timezone: z.string().optional().describe('IANA name; UTC when absent.'),
  continuous: z.boolean().optional(),
  cursorField: z.string().nullable().optional(),
});

export const CreateOnConnectionRequest = z
  .object({
    project: z.string().min(1).default('default'),
    connection: z.string().min(1).describe('The name of a connection of the project.'),
    collection: z.string().min(1).describe('The readable id of the collection to read into.'),
    name: z.string().trim().min(4).max(42).optional().describe('The connection’s name when absent.'),
    description: z.string().max(255).nullable().optional(),
    options: JsonMap.default({}).describe('Read options of the source; where it is belongs to the connection.'),
    schedule: Schedule.nullable().optional().describe('null: none; absent: the usual one.'),
    syncImmediately: z.boolean().default(true),
  })
  .meta({ id: 'CreateOnConnectionRequest' });

const Task = z
  .object({
    code: z.enum([
      'authenticate',
      'renew_credential',
      'confirm_sweep',
      'schema_change_held',
      'fix_configuration',
      'resume_schedule',
      'enable_connection',
      'make_room',
      'free_disk',
    ]),
    message: z.string(),
    fix: z.object({ method: z.string(), path: z.string() }).describe('The request that ends the task.'),
  })
  .meta({ id: 'Task' });

/** Four honest axes, and what a person has to do. */
export const SourceConnectionState = z
  .object({
    id: z.guid(),
    setup: z.enum(['pending_auth', 'needs_reauth', 'ready']).describe('Can it read at all?'),
    run: z.enum(['idle', 'pending', 'running', 'cancelling']).describe('What is going on now?'),
    freshness: z
      .enum(['never', 'fresh', 'failed', 'cancelled'])
      .describe('How did the newest job that has ended leave the data?'),
    mode: z.enum(['manual', 'scheduled', 'continuous', 'paused', 'off']).describe('What starts the next job?'),
    tasks: z.array(Task),
    version: z.int(),
  })
  .meta({ id: 'SourceConnectionState' });

export function presentState(source: SourceConnection): z.output<typeof SourceConnectionState> {
  return { id: source.id, ...source.status, tasks: [...source.tasks], version: source.version };
}
