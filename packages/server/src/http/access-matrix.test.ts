import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopes, type Actor, type Scope } from '../auth/actor.ts';
import { authorize } from '../auth/policy.ts';
import type { NamedConnections } from '../connections/named-connections.ts';
import { apinizerGroup } from '../dialects/apinizer/apinizer-group.ts';
import { airweaveGroups } from '../dialects/airweave/airweave-groups.ts';
import { hummGroup } from '../dialects/humm/humm-group.ts';
import { catalogue, errors } from '../errors.ts';
import { systemClock } from '../lib/clock.ts';
import { newId, type ProjectId } from '../lib/ids.ts';
import { createMetrics } from './metrics.ts';
import { nativeGroup, type NativeServices } from './native/native-group.ts';
import type { RouteGroup } from './route-group.ts';
import type { RouteDeclaration } from './route.ts';
import { createHttpServer, type HttpServer } from './server.ts';
import { serviceGroup } from './service-group.ts';

/** Routes that anybody may call; a new one has to be written down here. */
const publicRoutes = [
  'GET /docs',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /llms.txt',
  'GET /metrics',
  'GET /openapi.json',
  'GET /source-connections/authorize/:code',
  'GET /source-connections/callback',
  'GET /v1/source-connections/authorize/:code',
  'GET /v1/source-connections/callback',
  'POST /apiops/auth/token',
];

// Handlers fail on it, so whatever is let in answers 500 or what validation says.
const noServices = {} as NativeServices;
/** Where keys have the scopes that hold in one project only. */
const project = newId<ProjectId>();
const namedConnections: Pick<NamedConnections, 'admit'> = {
  async admit(actor, _name, needed) {
    authorize(actor, needed, project);
    return project;
  },
};
const groups: readonly RouteGroup[] = [
  nativeGroup(noServices),
  ...airweaveGroups(noServices),
  hummGroup(noServices),
  apinizerGroup({ ...noServices, namedConnections: namedConnections as NamedConnections }),
];
const service = serviceGroup({
  groups,
  version: '0',
  publicUrl: undefined,
  checks: [],
  metrics: createMetrics([]),
  clock: systemClock,
});
const routes = [...groups, service].flatMap((group) => group.routes.map((route) => ({ group, route })));
const guarded = routes.filter(({ route }) => route.access !== 'public');

const actors = new Map<string, Actor>();
let server: HttpServer;
beforeAll(() => {
  server = createHttpServer({
    groups,
    serviceRoutes: service,
    authenticator: {
      async authenticate(presented) {
        const actor = actors.get(presented ?? '');
        if (!actor) throw errors.unauthenticated({ reason: presented === undefined ? 'missing' : 'unknown' });
        return actor;
      },
    },
    log: pino({ level: 'silent' }),
    clock: systemClock,
    config: { rateLimitPerMinute: 0, publicUrl: undefined, corsOrigins: [] },
  });
});
afterAll(() => server.close());

function keyWith(granted: readonly (Scope | '*')[], inProject: readonly Scope[] = []): string {
  const key = [...granted, 'in a project:', ...inProject].join('|');
  actors.set(key, {
    organizationId: newId(),
    apiKeyId: newId(),
    name: 'A',
    email: 'a@b.c',
    scopes: new Set(granted),
    projectScopes: new Map([[project, new Set(inProject)]]),
  });
  return key;
}

let callers = 0;

async function statusOf(group: RouteGroup, route: RouteDeclaration, key: string | undefined): Promise<number> {
  const url = `${group.prefix}${route.path}`.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
  // Wrong keys are counted by address.
  const remoteAddress = `10.0.0.${(callers += 1) % 250}`;
  const headers = key === undefined ? {} : { 'x-api-key': key };
  return (await server.app.inject({ method: route.method, url, headers, remoteAddress })).statusCode;
}

const name = ({ group, route }: (typeof routes)[number]) => `${route.method} ${group.prefix}${route.path}`;
const cases = guarded.map((one) => ({ ...one, name: name(one), scope: one.route.access as Scope }));

describe('F1-4 the scopes of', () => {
  it.each(cases)('$name: $scope', async ({ group, route, scope }) => {
    const write = scope.replace(/:read$/, ':write') as Scope;
    for (const granted of scopes) {
      const passes = granted === scope || granted === write;
      expect([granted, (await statusOf(group, route, keyWith([granted]))) !== 403]).toEqual([granted, passes]);
    }
    const others = scopes.filter((one) => one !== scope && one !== write);
    expect(await statusOf(group, route, undefined)).toBe(401);
    expect(await statusOf(group, route, 'unknown')).toBe(401);
    expect(await statusOf(group, route, keyWith(others))).toBe(403);
    for (const granted of [[scope], ['*'], scopes.includes(write) ? [write] : [scope]] as const) {
      expect([401, 403, 429], granted.join()).not.toContain(await statusOf(group, route, keyWith(granted)));
    }
  });
});

describe('F1-4 scopes that hold in one project only', () => {
  it('open the routes that are about a project, and no others', async () => {
    const open = [];
    for (const one of guarded) {
      const status = await statusOf(one.group, one.route, keyWith([], [...scopes]));
      if (status !== 403) open.push(one);
    }
    expect(open.map(name)).toEqual(guarded.filter(({ route }) => route.inProject === true).map(name));
    // Where there is no place for a project's name the service must look at what it lists.
    expect(open.map(name).filter((one) => !one.includes(':projectName'))).toEqual(['GET /tributary/v1/projects']);
  });
});

describe('the routes', () => {
  it('are guarded but for those that are known to be public', () => {
    const open = routes.filter(({ route }) => route.access === 'public');
    expect(open.map(name).toSorted()).toEqual(publicRoutes);
  });

  it('that change something ask for more than a read scope, searches and dry runs apart', () => {
    const reads = guarded.filter(({ route }) => route.method !== 'GET' && route.access.endsWith(':read'));
    expect(reads.map(name).filter((one) => !/search|check|validate/.test(one))).toEqual([]);
  });

  it('name errors that exist, and each status of a success once', () => {
    for (const one of routes) {
      for (const code of one.route.errors) expect([name(one), code in catalogue]).toEqual([name(one), true]);
      expect([name(one), Object.keys(one.route.returns).length > 0]).toEqual([name(one), true]);
    }
  });

  it('are all in the OpenAPI document unless hidden, and nothing else is', async () => {
    const document = (await server.app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, object> }>();
    const shown = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const expected = routes.filter(({ route }) => route.hidden !== true).map(name);
    expect(shown.toSorted()).toEqual(expected.toSorted());
  });
});
