import { z } from 'zod';
import type { EnvironmentService } from '../../environments/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';
import { PlainName, ProjectParams } from './project-routes.ts';

const route = routeFor<{ readonly environments: EnvironmentService }>();

const Environment = z.object({ id: z.guid(), name: z.string(), createdAt: Timestamp }).meta({ id: 'Environment' });
export const EnvironmentParams = ProjectParams.extend({ environmentName: z.string() });

const common = { tag: 'Environments', inProject: true } as const;
const onEnvironments = { ...common, path: '/projects/:projectName/environments', params: ProjectParams } as const;
const onEnvironment = {
  ...common,
  path: '/projects/:projectName/environments/:environmentName',
  params: EnvironmentParams,
} as const;

function present(row: { readonly id: string; readonly name: string; readonly created_at: number }) {
  return { id: row.id, name: row.name, createdAt: timestamp(row.created_at) };
}

/** Where the workers of a project run; names compare without regard to case. */
export const environmentRoutes = [
  route({
    ...onEnvironments,
    method: 'GET',
    operationId: 'listEnvironments',
    summary: 'List the environments of a project, by name',
    access: 'organization:read',
    returns: { 200: z.array(Environment) },
    errors: ['project_not_found'],
    handler: async ({ actor, params, services }) =>
      (await services.environments.list(actor, params.projectName)).map(present),
  }),
  route({
    ...onEnvironments,
    method: 'POST',
    operationId: 'createEnvironment',
    summary: 'Make an environment of a project',
    access: 'organization:write',
    body: z.strictObject({ name: PlainName }).meta({ id: 'NewEnvironment' }),
    returns: { 201: Environment },
    errors: ['project_not_found', 'environment_exists'],
    idempotent: true,
    handler: async ({ actor, params, body, services }) =>
      present(await services.environments.create(actor, params.projectName, body.name)),
  }),
  route({
    ...onEnvironment,
    method: 'GET',
    operationId: 'getEnvironment',
    summary: 'Show an environment',
    access: 'organization:read',
    returns: { 200: Environment },
    errors: ['project_not_found', 'environment_not_found'],
    handler: async ({ actor, params, services }) =>
      present(await services.environments.get(actor, params.projectName, params.environmentName)),
  }),
  route({
    ...onEnvironment,
    method: 'PATCH',
    operationId: 'renameEnvironment',
    summary: 'Rename an environment; `production` keeps its name',
    access: 'organization:write',
    body: z.strictObject({ name: PlainName }).meta({ id: 'EnvironmentUpdate' }),
    returns: { 200: Environment },
    errors: ['project_not_found', 'environment_not_found', 'environment_exists', 'environment_fixed'],
    handler: async ({ actor, params, body, services }) =>
      present(await services.environments.rename(actor, params.projectName, params.environmentName, body.name)),
  }),
  route({
    ...onEnvironment,
    method: 'DELETE',
    operationId: 'deleteEnvironment',
    summary: 'Delete an environment with its variables; `production` stays',
    access: 'organization:write',
    returns: { 200: Environment },
    errors: ['project_not_found', 'environment_not_found', 'environment_fixed'],
    handler: async ({ actor, params, services }) =>
      present(await services.environments.delete(actor, params.projectName, params.environmentName)),
  }),
];
