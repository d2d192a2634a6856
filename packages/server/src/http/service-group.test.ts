import { hash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { systemClock } from '../lib/clock.ts';
import { createMetrics } from './metrics.ts';
import type { OpenApiDocument } from './openapi.ts';
import { presentError } from './problem.ts';
import { routeGroup } from './route-group.ts';
import { routeFor } from './route.ts';
import { createHttpServer, type HttpServer } from './server.ts';
import { serviceGroup } from './service-group.ts';

const Thing = z
  .object({ id: z.string(), note: z.string().default('<none>') })
  .meta({ id: 'Thing', description: 'A <thing>.' });
const route = routeFor<undefined>();
const routes = [
  route({
    method: 'PATCH',
    path: '/things/:thingId',
    operationId: 'updateThing',
    summary: 'Change a thing <script>alert(1)</script>',
    tag: 'things',
    access: 'collections:write',
    params: z.object({ thingId: z.string() }),
    query: z.object({ dry: z.stringbool().default(false).meta({ description: 'Change nothing' }) }),
    body: Thing,
    returns: { 200: Thing },
    errors: ['collection_not_found', 'collection_exists'],
    idempotent: true,
    handler: ({ body }) => body,
  }),
  route({
    method: 'GET',
    path: '/secret-door',
    operationId: 'secretDoor',
    summary: 'Old',
    tag: 'things',
    access: 'public',
    returns: { 200: 'event-stream' },
    errors: [],
    hidden: true,
    handler: () => [],
  }),
];

const running: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

function serve(check: () => Promise<boolean> = async () => true) {
  const groups = [
    routeGroup<undefined>({ title: 'Native', prefix: '/n', routes, services: undefined, presentError }),
    routeGroup<undefined>({
      title: 'Dialect',
      prefix: '/v1',
      routes,
      services: undefined,
      presentError: (error) => ({ status: error.code === 'collection_exists' ? 400 : 404, body: {} }),
    }),
  ];
  const metrics = createMetrics([
    { name: 'tributary_things', help: 'Things.', label: 'state', collect: async () => ({ new: 2, old: 1 }) },
    { name: 'tributary_broken', help: 'Broken.', collect: async () => Promise.reject(new Error('no store')) },
  ]);
  const server = createHttpServer({
    groups,
    serviceRoutes: serviceGroup({
      groups,
      version: '9.8.7',
      publicUrl: undefined,
      checks: [{ name: 'store', check }],
      metrics,
      clock: systemClock,
    }),
    authenticator: { authenticate: async () => Promise.reject(errors.unauthenticated({ reason: 'missing' })) },
    log: pino({ level: 'silent' }),
    clock: systemClock,
    config: { rateLimitPerMinute: 0, publicUrl: undefined, corsOrigins: [] },
    validateResponses: true,
    onAnswered: (answered) => metrics.observe(answered),
  });
  running.push(server);
  return (url: string) => server.app.inject({ url });
}

describe('health', () => {
  it('is live as long as the process answers, and ready when the stores do', async () => {
    const get = serve();
    expect((await get('/health/live')).json()).toEqual({ status: 'healthy' });
    expect((await get('/health')).statusCode).toBe(200);
    const ready = await get('/health/ready/');
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready', checks: { store: 'ok' } }]);
  });

  it.each([
    ['says no', async () => false],
    ['fails', async () => Promise.reject(new Error('hunter2'))],
    ['does not answer', () => new Promise<boolean>(() => undefined)],
  ])('is not ready when a store %s, and does not say why', async (_title, check) => {
    const ready = await serve(check)('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'not_ready', checks: { store: 'failed' } }]);
  });
});

describe('metrics', () => {
  it('count answers by pattern and ask their sources when they are read', async () => {
    const get = serve();
    await get('/n/nothing');
    await get('/health/live');
    const response = await get('/metrics');
    expect(response.headers['content-type']).toContain('text/plain');
    expect(response.body).toContain('tributary_things{state="new"} 2');
    expect(response.body).toContain(
      'tributary_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1',
    );
    expect(response.body).toContain('route="/health/live",status="200"} 1');
    expect(response.body).not.toMatch(/^tributary_broken \d/m);
  });
});

describe('the OpenAPI document', () => {
  async function document(): Promise<OpenApiDocument> {
    return (await serve()('/openapi.json')).json();
  }

  it('shows parameters, body, answers, errors with the status of their dialect, and the scope', async () => {
    const { paths, components } = await document();
    const native = paths['/n/things/{thingId}']!['patch']!;
    expect(native).toMatchObject({
      operationId: 'updateThing',
      tags: ['Native: things'],
      'x-required-scope': 'collections:write',
      security: [{ apiKey: [] }, { bearer: [] }],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
      },
    });
    expect(native.parameters.map((one) => [one.in, one.name, one.required, one.description])).toEqual([
      ['path', 'thingId', true, undefined],
      ['query', 'dry', false, 'Change nothing'],
      ['header', 'Idempotency-Key', false, expect.any(String)],
    ]);
    expect(native.responses['409']?.description).toContain('`collection_exists`');
    expect(native.responses['422']?.description).toBe('`invalid_request`');
    expect(Object.keys(native.responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '422',
      '429',
    ]);
    const codeHeader = { 'X-Error-Code': { $ref: '#/components/headers/ErrorCode' } };
    expect(native.responses['409']?.headers).toEqual(codeHeader);
    expect(components.headers['ErrorCode']?.schema.enum).toContain('collection_exists');
    const dialect = paths['/v1/things/{thingId}']!['patch']!;
    expect(dialect.responses['400']?.headers).toEqual(codeHeader);
    expect(dialect.responses['400']?.description).toContain('`collection_exists`');
    expect(dialect.operationId).toBe('updateThing_v1');
    expect(components.schemas).toHaveProperty('TributaryError');
  });

  it('tells a schema apart that reads differently in a request and in an answer', async () => {
    const { components } = await document();
    expect(components.schemas['Thing']?.required).toEqual(['id']);
    expect(components.schemas['ThingOutput']?.required).toEqual(['id', 'note']);
  });

  it('leaves hidden routes out, holds every reference, and its schemas are valid', async () => {
    const shown = await document();
    expect(JSON.stringify(shown)).not.toContain('secretDoor');
    const names = Object.keys(shown.components.schemas);
    for (const [, name] of JSON.stringify(shown).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(names).toContain(name);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc:', components: shown.components });
    for (const name of names) ajv.compile({ $ref: `doc:#/components/schemas/${name}` });
  });
});

describe('the documentation page', () => {
  it('F1-18 runs no script and loads nothing, and the policy holds it to that', async () => {
    const page = await serve()('/docs');
    const policy = String(page.headers['content-security-policy']);
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page.body) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`'sha256-${hash('sha256', style, 'base64')}'`);
    expect(page.body).not.toMatch(/<script|<link|<img|src=|style=|\son\w+=/);
    expect(page.body).toContain('&#60;script&#62;');
  });

  it('shows each operation with its scope and a curl line that could be sent', async () => {
    const page = (await serve()('/docs')).body;
    expect(page).toContain('Needs the scope <code>collections:write</code>');
    expect(page).toContain(`-X PATCH &#39;http://127.0.0.1:8787/n/things/{thingId}&#39;`);
    expect(page).toContain(`-d &#39;{&#34;id&#34;:&#34;text&#34;}&#39;`);
  });
});
