import { z } from 'zod';
import type { ProjectService } from '../../projects/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly projects: ProjectService }>();

const Project = z.object({ id: z.guid(), name: z.string(), createdAt: Timestamp }).meta({ id: 'Project' });

/** Of projects, environments and certificates: what stands in paths without being escaped. */
export const PlainName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores')
  .meta({ id: 'PlainName', examples: ['staging'] });
export const ProjectParams = z.object({ projectName: z.string() });

const onProjects = { tag: 'Projects', path: '/projects' } as const;
const onProject = { tag: 'Projects', path: '/projects/:projectName', params: ProjectParams, inProject: true } as const;

function present(row: { readonly id: string; readonly name: string; readonly created_at: number }) {
  return { id: row.id, name: row.name, createdAt: timestamp(row.created_at) };
}

/** Projects, by name without regard to case. */
export const projectRoutes = [
  route({
    ...onProjects,
    method: 'GET',
    operationId: 'listProjects',
    summary: 'List the projects that the key may see, by name',
    inProject: true,
    access: 'organization:read',
    returns: { 200: z.array(Project) },
    errors: [],
    handler: async ({ actor, services }) => (await services.projects.list(actor)).map(present),
  }),
  route({
    ...onProjects,
    method: 'POST',
    operationId: 'createProject',
    summary: 'Make a project, with its environment `production`',
    access: 'organization:write',
    body: z.strictObject({ name: PlainName }).meta({ id: 'NewProject' }),
    returns: { 201: Project },
    errors: ['project_exists'],
    idempotent: true,
    handler: async ({ actor, body, services }) => present(await services.projects.create(actor, body.name)),
  }),
  route({
    ...onProject,
    method: 'GET',
    operationId: 'getProject',
    summary: 'Show a project',
    access: 'organization:read',
    returns: { 200: Project },
    errors: ['project_not_found'],
    handler: async ({ actor, params, services }) => present(await services.projects.get(actor, params.projectName)),
  }),
  route({
    ...onProject,
    method: 'PATCH',
    operationId: 'renameProject',
    summary: 'Rename a project; `default` keeps its name',
    access: 'organization:write',
    body: z.strictObject({ name: PlainName }).meta({ id: 'ProjectUpdate' }),
    returns: { 200: Project },
    errors: ['project_not_found', 'project_exists', 'project_not_renamable'],
    handler: async ({ actor, params, body, services }) =>
      present(await services.projects.rename(actor, params.projectName, body.name)),
  }),
  route({
    ...onProject,
    method: 'DELETE',
    operationId: 'deleteProject',
    summary: 'Delete a project without connections, with its environments, variables and certificates',
    access: 'organization:write',
    returns: { 200: Project },
    errors: ['project_not_found', 'project_not_deletable'],
    handler: async ({ actor, params, services }) => present(await services.projects.delete(actor, params.projectName)),
  }),
];
