import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { z } from 'zod';
import type { Actor, Scope } from '../../auth/actor.ts';
import { errors } from '../../errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { presentError } from '../problem.ts';
import { routeGroup } from '../route-group.ts';
import { Reply, routeFor } from '../route.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../server.ts';

const route = routeFor<undefined>();
const tag = 'things';
const Thing = z.object({ id: z.string(), size: z.number() });

const createThing = route({
  method: 'POST',
  path: '/things/:id',
  operationId: 'createThing',
  summary: 'Make a thing',
  tag,
  access: 'collections:write',
  params: z.object({ id: z.string().min(2) }),
  query: z.object({ dry: z.stringbool().default(false) }),
  body: z.strictObject({ size: z.int().min(1) }),
  returns: { 201: Thing },
  errors: [],
  handler: ({ params, body }) => new Reply({ id: params.id, size: body.size }, { headers: { ETag: '"1"' } }),
});
const readThings = route({
  method: 'GET',
  path: '/things',
  operationId: 'listThings',
  summary: 'List things',
  tag,
  access: 'collections:read',
  returns: { 200: z.array(Thing) },
  errors: [],
  handler: () => [],
});
const breakThing = route({
  method: 'POST',
  path: '/break',
  operationId: 'breakThing',
  summary: 'Fail in an unknown way',
  tag,
  access: 'public',
  body: z.looseObject({}).optional(),
  returns: { 200: z.object({}) },
  errors: [],
  handler: () => {
    throw new Error('the password is hunter2');
  },
});
const drift = route({
  method: 'GET',
  path: '/drift',
  operationId: 'drift',
  summary: 'Answer more than declared',
  tag,
  access: 'public',
  returns: { 200: Thing },
  errors: [],
  handler: () => ({ id: 'a', size: 1, secret: 'more' }),
});
const wait = route({
  method: 'GET',
  path: '/wait',
  operationId: 'wait',
  summary: 'Answer once told to stop',
  tag,
  access: 'public',
  returns: { 200: z.object({ aborted: z.boolean() }) },
  errors: [],
  handler: async ({ signal }) => {
    await once(signal, 'abort');
    return { aborted: true };
  },
});
const watch = route({
  method: 'GET',
  path: '/watch',
  operationId: 'watch',
  summary: 'Tell events until told to stop',
  tag,
  access: 'public',
  returns: { 200: 'event-stream' },
  errors: [],
  handler: async function* ({ signal }) {
    yield { data: 1 };
    if (!signal.aborted) await once(signal, 'abort');
  },
});

const running: HttpServer[] = [];

/** For `afterEach`. */
export async function stopThings(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.close()));
}

function actor(scopes: readonly (Scope | '*')[]): Actor {
  return {
    organizationId: newId(),
    apiKeyId: newId(),
    name: 'Ada',
    email: 'ada@example.com',
    scopes: new Set(scopes),
  };
}
const admin = actor(['*']);
const reader = actor(['collections:read']);

/** A server of two groups, the root's own and a dialect under `/v1`, with the keys `trib_admin` and `trib_reader`. */
export function startThings(overrides: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const dialect = routeGroup<undefined>({
    title: 'Dialect',
    prefix: '/v1',
    routes: [readThings],
    services: undefined,
    presentError: (error, request) => ({ status: 499, body: { detail: error.code, id: request.requestId } }),
  });
  const native = routeGroup<undefined>({
    title: 'Native',
    prefix: '',
    routes: [createThing, readThings, breakThing, drift, wait, watch],
    services: undefined,
    presentError,
  });
  const server = createHttpServer({
    groups: [native, dialect],
    authenticator: {
      async authenticate(presented) {
        if (presented === undefined) throw errors.unauthenticated({ reason: 'missing' });
        if (presented === 'trib_admin') return admin;
        if (presented === 'trib_reader') return reader;
        throw errors.unauthenticated({ reason: 'unknown' });
      },
    },
    log: pino({}, sink),
    clock: systemClock,
    config: { rateLimitPerMinute: 0, publicUrl: undefined, corsOrigins: [] },
    validateResponses: true,
    ...overrides,
  });
  running.push(server);
  return { ...server, lines, inject: server.app.inject.bind(server.app) };
}

export const key = { 'x-api-key': 'trib_admin' };
