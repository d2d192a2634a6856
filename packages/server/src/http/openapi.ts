import { z } from 'zod';
import { AppError, catalogue, type ErrorCode } from '../errors.ts';
import { type JsonSchema, SchemaComponents } from './openapi-schemas.ts';
import { presentError, statusOf } from './problem.ts';
import type { RouteGroup } from './route-group.ts';
import type { RouteDeclaration } from './route.ts';

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
  /** The scope that the key must have; absent on public routes. */
  readonly 'x-required-scope'?: string;
}

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html), as far as ours goes. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly headers: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const codes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]];

const nativeError = z
  .object({
    error: z.object({
      code: z.enum(codes),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
      requestId: z.string(),
    }),
  })
  .meta({ id: 'TributaryError' });

/** The document of the groups' routes; hidden routes are left out. */
export function openApiDocument(
  groups: readonly RouteGroup[],
  about: { readonly version: string; readonly publicUrl: string | undefined },
): OpenApiDocument {
  const schemas = new SchemaComponents();
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  const tags = new Set<string>();
  const operationIds = new Set<string>();
  for (const group of groups) {
    for (const route of group.routes.filter((one) => one.hidden !== true)) {
      const path = `${group.prefix}${route.path}`.replaceAll(/:(\w+)/g, '{$1}') || '/';
      const operation = operationOf(group, route, schemas, operationIds);
      for (const tag of operation.tags) tags.add(tag);
      (paths[path] ??= {})[route.method.toLowerCase()] = operation;
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tributary',
      version: about.version,
      description: 'Connects data sources, keeps their records in sync, and makes them searchable.',
    },
    servers: [{ url: about.publicUrl ?? '/' }],
    tags: [...tags].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.all(),
      headers: {
        ErrorCode: {
          description: 'What went wrong, as a word that never changes; on every error, whatever its body says.',
          schema: { type: 'string', enum: codes },
        },
      },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function operationOf(
  group: RouteGroup,
  route: RouteDeclaration,
  schemas: SchemaComponents,
  operationIds: Set<string>,
): OpenApiOperation {
  const body = route.body && schemas.add(route.body, 'input');
  return {
    operationId: uniqueId(route.operationId, group, operationIds),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [`${group.title}: ${route.tag}`],
    security: route.access === 'public' ? [] : [{ apiKey: [] }, { bearer: [] }],
    parameters: [
      ...parametersOf('path', route.params, schemas),
      ...parametersOf('query', route.query, schemas),
      ...(route.idempotent === true ? [idempotencyKey] : []),
    ],
    ...(body && {
      requestBody: { required: !acceptsNothing(route.body), content: { [contentTypeOf(route)]: { schema: body } } },
    }),
    responses: { ...successes(route, schemas), ...failures(group, route, schemas) },
    ...(route.access === 'public' ? {} : { 'x-required-scope': route.access }),
  };
}

function contentTypeOf({ bodyType }: RouteDeclaration): string {
  return bodyType === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
}

const idempotencyKey: OpenApiParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeated request with the same key gets the first answer again, for a day.',
  schema: { type: 'string', maxLength: 255 },
};

/** Both faces of a dialect name their operations alike. */
function uniqueId(operationId: string, group: RouteGroup, taken: Set<string>): string {
  const suffix = group.prefix.replaceAll(/\W+/g, '_');
  const id = taken.has(operationId) ? `${operationId}${suffix === '' ? '_root' : suffix}` : operationId;
  taken.add(id);
  return id;
}

function acceptsNothing(schema: z.ZodType | undefined): boolean {
  return schema?.safeParse(undefined).success === true;
}

/** Asked of the schema itself: a transform that takes undefined looks required in JSON Schema. */
function mustBeGiven(schema: z.ZodType, name: string): boolean {
  if (!(schema instanceof z.ZodObject)) return false;
  return !acceptsNothing(schema.shape[name] as z.ZodType | undefined);
}

function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  schemas: SchemaComponents,
): OpenApiParameter[] {
  if (!schema) return [];
  const object = schemas.add(schema, 'input');
  return Object.entries(object.properties ?? {}).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || mustBeGiven(schema, name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
}

function successes(route: RouteDeclaration, schemas: SchemaComponents): Record<string, OpenApiResponse> {
  const entries = Object.entries(route.returns).map(([status, schema]): [string, OpenApiResponse] => {
    const description = schema === 'event-stream' ? 'Server-sent events' : (schema.description ?? 'Success');
    if (schema === 'event-stream') {
      return [status, { description, content: { 'text/event-stream': { schema: { type: 'string' } } } }];
    }
    if (status === '204' || acceptsNothing(schema)) return [status, { description }];
    return [status, { description, content: { 'application/json': { schema: schemas.add(schema, 'output') } } }];
  });
  return Object.fromEntries(entries);
}

/** Errors that the binding itself gives, before the handler runs. */
function impliedErrors(route: RouteDeclaration): ErrorCode[] {
  return [
    ...(route.access === 'public' ? [] : (['unauthenticated', 'forbidden', 'rate_limited'] as const)),
    ...(route.params || route.query || route.body ? (['invalid_request'] as const) : []),
    ...(route.body ? (['malformed_body', 'unsupported_media_type', 'body_too_large'] as const) : []),
    ...(route.idempotent === true ? (['idempotency_key_reused', 'idempotency_in_progress'] as const) : []),
  ];
}

function failures(
  group: RouteGroup,
  route: RouteDeclaration,
  schemas: SchemaComponents,
): Record<string, OpenApiResponse> {
  const byStatus = new Map<string, ErrorCode[]>();
  for (const code of new Set([...route.errors, ...impliedErrors(route)])) {
    const status = String(statusIn(group, route, code));
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const schema: JsonSchema =
    group.presentError === presentError ? schemas.add(nativeError, 'output') : { type: 'object' };
  return Object.fromEntries(
    [...byStatus].map(([status, own]) => [
      status,
      {
        description: own.map((code) => `\`${code}\``).join(', '),
        headers: { 'X-Error-Code': { $ref: '#/components/headers/ErrorCode' } },
        content: { 'application/json': { schema } },
      },
    ]),
  );
}

/** A dialect may answer another status than the kind's own, so its presenter is asked. */
function statusIn(group: RouteGroup, route: RouteDeclaration, code: ErrorCode): number {
  const { kind } = catalogue[code];
  try {
    const request = { requestId: '', method: route.method, path: `${group.prefix}${route.path}`, route };
    return group.presentError(new AppError(code, kind, '', { issues: [] }), request).status;
  } catch {
    return statusOf(kind);
  }
}
