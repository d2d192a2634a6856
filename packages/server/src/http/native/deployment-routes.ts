import { z } from 'zod';
import type { DeploymentService, DeploymentView, LiveWorker, WorkerAnswer } from '../../deployments/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp, timestampOrNull } from '../wire-values.ts';

const route = routeFor<{ readonly deployments: DeploymentService }>();

const WorkerBody = z
  .object({
    id: z.guid(),
    name: z.string().meta({ description: 'Its process and host.' }),
    environment: z.string().meta({ description: 'In lower case.' }),
    machine: z.string(),
    startedAt: Timestamp,
    seenAt: Timestamp,
    held: z.int().meta({ description: 'Deployed connections of your organization that it holds.' }),
  })
  .meta({ id: 'Worker' });

const WorkerAnswerBody = z
  .object({
    id: z.guid(),
    name: z.string(),
    version: z.int(),
    state: z.enum(['open', 'disabled', 'removed', 'failed']),
    message: z.string().nullable().meta({ description: 'Why there is no client.' }),
    answeredAt: Timestamp,
    usedAt: Timestamp.nullable().meta({ description: 'When the client was used last.' }),
    failedAt: Timestamp.nullable(),
    failure: z.string().nullable().meta({ description: 'What the client failed at last.' }),
  })
  .meta({ id: 'WorkerAnswer' });

const EnvironmentResultBody = z
  .object({ environmentName: z.string(), success: z.boolean(), message: z.string() })
  .meta({ id: 'EnvironmentResult' });

const DeploymentBody = z
  .object({
    connectionId: z.guid(),
    connection: z.string().meta({ description: 'Its name when it was deployed.' }),
    type: z.string(),
    enabled: z.boolean(),
    revision: z.int(),
    version: z.int().meta({ description: 'Rises with each deployment.' }),
    deployedAt: Timestamp,
    environments: z.array(EnvironmentResultBody.extend({ workers: z.array(WorkerAnswerBody) })),
  })
  .meta({ id: 'Deployment' });

function presentWorker({ startedAt, seenAt, ...worker }: LiveWorker): z.output<typeof WorkerBody> {
  return { ...worker, startedAt: timestamp(startedAt), seenAt: timestamp(seenAt) };
}

function presentAnswer({ answeredAt, usedAt, failedAt, ...answer }: WorkerAnswer): z.output<typeof WorkerAnswerBody> {
  return {
    ...answer,
    answeredAt: timestamp(answeredAt),
    usedAt: timestampOrNull(usedAt),
    failedAt: timestampOrNull(failedAt),
  };
}

function present({ deployment: row, environments }: DeploymentView): z.output<typeof DeploymentBody> {
  return {
    connectionId: row.connection_id,
    connection: row.handle,
    type: row.connector,
    enabled: row.enabled === 1,
    revision: row.revision,
    version: row.version,
    deployedAt: timestamp(row.placed_at),
    environments: environments.map((one) => ({ ...one, workers: one.workers.map(presentAnswer) })),
  };
}

/** What workers hold. */
export const deploymentRoutes = [
  route({
    method: 'GET',
    path: '/workers',
    operationId: 'listWorkers',
    summary: 'List the live workers of the environments that your projects have',
    tag: 'Deployments',
    access: 'organization:read',
    returns: { 200: z.array(WorkerBody) },
    errors: [],
    handler: async ({ actor, services }) => (await services.deployments.listWorkers(actor)).map(presentWorker),
  }),
  route({
    method: 'GET',
    path: '/projects/:projectName/deployments',
    operationId: 'listDeployments',
    summary: 'List what is deployed in a project, and what the workers of each environment say of it',
    tag: 'Deployments',
    access: 'source_connections:read',
    inProject: true,
    params: z.object({ projectName: z.string() }),
    returns: { 200: z.array(DeploymentBody) },
    errors: ['project_not_found'],
    handler: async ({ actor, params, services }) =>
      (await services.deployments.list(actor, params.projectName)).map(present),
  }),
  route({
    method: 'POST',
    path: '/projects/:projectName/connections/:connectionName/deploy',
    operationId: 'deployConnection',
    summary: 'Deploy a connection as it is stored, and wait for the workers',
    tag: 'Deployments',
    access: 'source_connections:write',
    inProject: true,
    params: z.object({ projectName: z.string(), connectionName: z.string() }),
    returns: { 200: z.object({ success: z.boolean(), results: z.array(EnvironmentResultBody) }) },
    errors: ['project_not_found', 'connection_not_found', 'connection_not_deployable'],
    async handler({ actor, params, services }) {
      const results = await services.deployments.deploy(actor, params.projectName, params.connectionName);
      return { success: results.every((result) => result.success), results };
    },
  }),
];
