import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { docsPage } from './docs-page.ts';
import { readiness, type ReadinessCheck } from './health.ts';
import { llmsText } from './llms-text.ts';
import type { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { presentError } from './problem.ts';
import { routeGroup, type RouteGroup } from './route-group.ts';
import { Reply, routeFor } from './route.ts';

export interface ServiceGroupOptions {
  /** The groups that the documentation shows. */
  readonly groups: readonly RouteGroup[];
  readonly version: string;
  readonly publicUrl: string | undefined;
  readonly checks: readonly ReadinessCheck[];
  readonly metrics: Metrics;
  readonly clock: Clock;
}

const route = routeFor<ServiceGroupOptions>();
const shared = { method: 'GET', tag: 'Health and metrics', access: 'public', errors: [] } as const;

const Live = z.object({ status: z.literal('healthy') });
const Ready = z.object({
  status: z.enum(['ready', 'not_ready']),
  checks: z.record(z.string(), z.enum(['ok', 'failed'])),
});

const health = [
  route({
    ...shared,
    path: '/health',
    operationId: 'health',
    summary: 'Whether the process answers',
    hidden: true,
    returns: { 200: Live },
    handler: () => ({ status: 'healthy' }),
  }),
  route({
    ...shared,
    path: '/health/live',
    operationId: 'healthLive',
    summary: 'Whether the process answers; restart it when it does not',
    returns: { 200: Live },
    handler: () => ({ status: 'healthy' }),
  }),
  route({
    ...shared,
    path: '/health/ready',
    operationId: 'healthReady',
    summary: 'Whether requests should be sent here: the stores can be reached',
    returns: { 200: Ready, 503: Ready },
    async handler({ services: { checks, clock } }) {
      const body = await readiness(checks, clock);
      return new Reply(body, { status: body.status === 'ready' ? 200 : 503 });
    },
  }),
];

const metrics = route({
  ...shared,
  path: '/metrics',
  operationId: 'metrics',
  summary: 'Metrics in the text format of Prometheus',
  returns: { 200: z.string() },
  handler: async ({ services }) =>
    new Reply(await services.metrics.text(), { headers: { 'content-type': services.metrics.contentType } }),
});

/** Health, metrics and documentation, for everybody who can reach the service: none of it tells about tenants. */
export function serviceGroup(options: ServiceGroupOptions): RouteGroup {
  const title = 'Service';
  const base = { title, prefix: '', services: options, presentError };
  const documented = [...options.groups, routeGroup<ServiceGroupOptions>({ ...base, routes: [...health, metrics] })];
  const document = once(() => openApiDocument(documented, options));
  const json = once(() => JSON.stringify(document()));
  const page = once(() => docsPage(document()));
  const index = once(() => llmsText(document()));
  const documentation = [
    route({
      ...shared,
      path: '/openapi.json',
      operationId: 'openApi',
      summary: 'This API as an OpenAPI document',
      hidden: true,
      returns: { 200: z.looseObject({ openapi: z.string() }) },
      handler: () => new Reply(json(), { headers: { 'content-type': 'application/json; charset=utf-8' } }),
    }),
    route({
      ...shared,
      path: '/llms.txt',
      operationId: 'llmsText',
      summary: 'An index of this API for language models',
      hidden: true,
      returns: { 200: z.string() },
      handler: () => new Reply(index(), { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
    }),
    route({
      ...shared,
      path: '/docs',
      operationId: 'docs',
      summary: 'This API as a page',
      hidden: true,
      returns: { 200: z.string() },
      handler: () =>
        new Reply(page().html, {
          headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': page().policy },
        }),
    }),
  ];
  return routeGroup<ServiceGroupOptions>({ ...base, routes: [...health, metrics, ...documentation] });
}

/** Made when first asked for, and kept: few processes ever serve their documentation. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
