import { z } from 'zod';
import { errors } from '../errors.ts';
import { routeFor, type RouteDeclaration } from './route.ts';

/** One thing that must work before requests are taken; `name` is shown when it does not. */
export interface ReadyCheck {
  readonly name: string;
  /** Answers whether it works; must not throw. */
  readonly works: () => Promise<boolean>;
}

export interface HealthServices {
  readonly checks: readonly ReadyCheck[];
}

const route = routeFor<HealthServices>();
const Healthy = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** For load balancers and supervisors: is the process there, and can it answer? */
export const healthRoutes: readonly RouteDeclaration<HealthServices>[] = [
  route({
    method: 'GET',
    path: '/health/live',
    operationId: 'getLiveness',
    summary: 'Say that the process runs',
    tag: 'Health',
    access: 'public',
    returns: { 200: Healthy },
    errors: [],
    handler: () => ({ status: 'ok' }),
  }),
  route({
    method: 'GET',
    path: '/health/ready',
    operationId: 'getReadiness',
    summary: 'Say whether requests can be answered',
    tag: 'Health',
    access: 'public',
    returns: { 200: Healthy },
    errors: ['unavailable'],
    async handler({ services }) {
      for (const { name, works } of services.checks) {
        if (!(await works())) throw errors.unavailable({ reason: `${name} cannot be reached` });
      }
      return { status: 'ok' };
    },
  }),
];
