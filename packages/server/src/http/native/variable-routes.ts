import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import { mask } from '../../connections/settings.ts';
import type { Variable, VariablePlace, VariableService } from '../../environments/variables.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';
import { EnvironmentParams } from './environment-routes.ts';
import { ProjectParams } from './project-routes.ts';

const route = routeFor<{ readonly variables: VariableService }>();

const VariableName = z
  .string()
  .regex(
    /^[A-Za-z_][\w.-]{0,127}$/,
    'must begin with a letter or an underscore, and go on with letters, digits, underscores, dots or hyphens',
  );

const VariableBody = z
  .object({
    name: z.string(),
    secret: z.boolean(),
    value: z.string().nullable().meta({ description: 'Null when it is secret.' }),
    createdAt: Timestamp,
    modifiedAt: Timestamp,
    createdByEmail: z.string().nullable(),
    modifiedByEmail: z.string().nullable(),
  })
  .meta({ id: 'Variable' });

const VariableInput = z
  .strictObject({
    value: z
      .string()
      .max(32_768)
      .nullish()
      .meta({ description: `Left out, null and \`${mask}\` keep the stored value.`, examples: ['mail.example.com'] }),
    secret: z
      .boolean()
      .optional()
      .meta({ description: 'Never show it again. Default: as it is stored; a new one is plain.' }),
  })
  .meta({ id: 'VariableInput' });

function present(variable: Variable): z.output<typeof VariableBody> {
  return {
    name: variable.name,
    secret: variable.secret === 1,
    value: variable.value,
    createdAt: timestamp(variable.created_at),
    modifiedAt: timestamp(variable.modified_at),
    createdByEmail: variable.created_by_email,
    modifiedByEmail: variable.modified_by_email,
  };
}

const named = { variableName: VariableName };

/** What a level is called in paths and in words. */
interface Level {
  readonly path: string;
  readonly name: string;
  readonly words: string;
  readonly list: z.ZodType<LevelParams>;
  readonly one: z.ZodType<LevelParams & { readonly variableName: string }>;
  readonly missing: readonly ('project_not_found' | 'environment_not_found')[];
}

interface LevelParams {
  readonly projectName: string;
  readonly environmentName?: string;
}

const levels: readonly Level[] = [
  {
    path: '/projects/:projectName/variables',
    name: 'ProjectVariable',
    words: 'of a project, for every environment that has none of the name',
    list: ProjectParams,
    one: ProjectParams.extend(named),
    missing: ['project_not_found'],
  },
  {
    path: '/projects/:projectName/environments/:environmentName/variables',
    name: 'EnvironmentVariable',
    words: 'of one environment',
    list: EnvironmentParams,
    one: EnvironmentParams.extend(named),
    missing: ['project_not_found', 'environment_not_found'],
  },
];

/** Undefined: keep what is stored. */
function givenValue(value: string | null | undefined): Secret | undefined {
  return value === undefined || value === null || value === mask ? undefined : new Secret(value);
}

const placeOf = ({ projectName, environmentName }: LevelParams): VariablePlace => ({
  project: projectName,
  environment: environmentName ?? null,
});

function routesOf({ path, name, words, list, one, missing }: Level) {
  const common = { tag: 'Variables', inProject: true } as const;
  const onOne = { ...common, path: `${path}/:variableName`, params: one } as const;
  return [
    route({
      ...common,
      path,
      params: list,
      method: 'GET',
      operationId: `list${name}s`,
      summary: `List the variables ${words}`,
      access: 'source_connections:read',
      returns: { 200: z.array(VariableBody) },
      errors: missing,
      handler: async ({ actor, params, services }) =>
        (await services.variables.list(actor, placeOf(params))).map(present),
    }),
    route({
      ...onOne,
      method: 'GET',
      operationId: `get${name}`,
      summary: `Show a variable ${words}`,
      access: 'source_connections:read',
      returns: { 200: VariableBody },
      errors: [...missing, 'variable_not_found'],
      handler: async ({ actor, params, services }) =>
        present(await services.variables.get(actor, placeOf(params), params.variableName)),
    }),
    route({
      ...onOne,
      method: 'PUT',
      operationId: `set${name}`,
      summary: `Make or change a variable ${words}`,
      access: 'source_connections:write',
      body: VariableInput,
      returns: { 200: VariableBody },
      errors: [...missing, 'variable_value_missing'],
      async handler({ actor, params, body, services }) {
        const input = { secret: body.secret, value: givenValue(body.value) };
        return present(await services.variables.set(actor, placeOf(params), params.variableName, input));
      },
    }),
    route({
      ...onOne,
      method: 'DELETE',
      operationId: `delete${name}`,
      summary: `Delete a variable ${words}`,
      access: 'source_connections:write',
      returns: { 200: VariableBody },
      errors: [...missing, 'variable_not_found'],
      handler: async ({ actor, params, services }) =>
        present(await services.variables.delete(actor, placeOf(params), params.variableName)),
    }),
  ];
}

/** What `${name}` placeholders of connections stand for. */
export const variableRoutes = levels.flatMap(routesOf);
