import { z } from 'zod';
import type { OrganizationService } from '../../organizations/service.ts';
import type { ProjectService } from '../../projects/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly organizations: OrganizationService; readonly projects: ProjectService }>();

const Organization = z.object({ id: z.guid(), name: z.string(), createdAt: Timestamp }).meta({ id: 'Organization' });
const Project = z.object({ id: z.guid(), name: z.string(), createdAt: Timestamp }).meta({ id: 'Project' });

const ProjectName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores')
  .meta({ id: 'ProjectName' });
const ProjectParams = z.object({ projectName: z.string() });
const onProjects = { tag: 'Organization', path: '/projects' } as const;
const onProject = {
  tag: 'Organization',
  path: '/projects/:projectName',
  params: ProjectParams,
  inProject: true,
} as const;

function present(row: { readonly id: string; readonly name: string; readonly created_at: number }) {
  return { id: row.id, name: row.name, createdAt: timestamp(row.created_at) };
}

/** The caller's organization and its projects. */
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
    handler: async ({ actor, services }) => present(await services.organizations.get(actor)),
  }),
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
    summary: 'Make a project',
    access: 'organization:write',
    body: z.strictObject({ name: ProjectName }),
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
    method: 'DELETE',
    operationId: 'deleteProject',
    summary: 'Delete an empty project',
    access: 'organization:write',
    returns: { 200: Project },
    errors: ['project_not_found', 'project_not_deletable'],
    handler: async ({ actor, params, services }) => present(await services.projects.delete(actor, params.projectName)),
  }),
];
