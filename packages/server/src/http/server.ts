import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { finished, Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Config } from '../config.ts';
import { type AppError, errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { allowedMethods, methodsOf } from './allowed-methods.ts';
import type { Answer, EventsAnswer } from './answer.ts';
import { asCaller, eventsAsCaller } from './as-caller.ts';
import { answerFailure, fromFramework, groupFinder } from './failure.ts';
import { Gate } from './gate.ts';
import type { IdempotentAnswers } from './idempotency.ts';
import { OpenSockets } from './open-sockets.ts';
import { presentError, toAppError } from './problem.ts';
import { bodyLimitBytes, readBodiesOf } from './request-body.ts';
import { crossOriginHeaders, preflightHeaders, securityHeaders } from './response-headers.ts';
import type { FailedRequest, RouteGroup } from './route-group.ts';
import { type Mounted, runRoute, type RunOptions } from './run-route.ts';
import { eventFrames } from './server-sent-events.ts';

export interface HttpServerOptions {
  /** What callers use: the native API and the dialects. No two share a prefix. */
  readonly groups: readonly RouteGroup[];
  /** Routes of the service itself (health, metrics, documentation), served at the root beside any group. */
  readonly serviceRoutes?: RouteGroup;
  readonly authenticator: Authenticator;
  readonly log: Logger;
  readonly clock: Clock;
  readonly config: Pick<Config, 'rateLimitPerMinute' | 'publicUrl' | 'corsOrigins'> &
    Partial<Pick<Config, 'addressRateLimitPerMinute' | 'wrongKeysPerMinute'>>;
  /** Without it `Idempotency-Key` is ignored. */
  readonly answers?: IdempotentAnswers;
  /** Compare every answer with its declaration; for tests and development. */
  readonly validateResponses?: boolean;
  /** Milliseconds of silence before an event stream sends a comment. */
  readonly heartbeatMs?: number;
  /** Told about every answered request; `route` is the pattern, or undefined. */
  readonly onAnswered?: (answered: AnsweredRequest) => void;
}

export interface AnsweredRequest {
  readonly method: string;
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

export interface HttpServer {
  /** For `inject` in tests. */
  readonly app: FastifyInstance;
  /** Starts to listen; gives the address as a URL. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Takes no new requests, ends event streams, and waits for the others, at most `graceMs` (5000). */
  close(graceMs?: number): Promise<void>;
}

interface Call {
  actor: Actor | undefined;
  startedAt: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    call: Call;
  }
  interface FastifyContextConfig {
    mounted?: Mounted;
  }
}

/** The service's HTTP server over groups of routes. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const stopping = new AbortController();
  const binding = new Binding(options, stopping.signal);
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    // Slow senders must not hold sockets: the whole request has to arrive within this.
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    // Told by us, in the words of the group that owns the path.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: (raw) => requestIdOf(raw.headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => {
      request.call = { actor: undefined, startedAt: performance.now() };
      binding.setCommonHeaders(request, reply);
      binding.fail(error, request, reply);
    },
  });
  const sockets = new OpenSockets(app.server);
  app.decorateRequest('call');
  readBodiesOf(app);
  app.addHook('onRequest', (request, reply) => binding.receive(request, reply));
  app.addHook('onResponse', (request, reply, done) => {
    binding.finish(request, reply);
    done();
  });
  app.setErrorHandler((error, request, reply) => binding.fail(error, request, reply));
  for (const group of [...(options.serviceRoutes ? [options.serviceRoutes] : []), ...options.groups]) {
    mount(app, group, binding);
  }
  return {
    app,
    listen: (address) => app.listen(address),
    async close(graceMs = 5_000) {
      stopping.abort();
      sockets.closeUnused();
      const timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
      await app.close();
      clearTimeout(timer);
    },
  };
}

function mount(app: FastifyInstance, group: RouteGroup, binding: Binding): void {
  for (const route of group.routes) {
    app.route({
      method: [...methodsOf(route)],
      url: `${group.prefix}${route.path}` || '/',
      config: { mounted: { group, route } },
      handler: (request, reply) => binding.answer(request, reply),
    });
  }
}

/** A caller's id is kept when it can stand in a log line, so that it finds its own requests. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

/** The life of a request, in the order of its methods. */
class Binding {
  readonly #options: HttpServerOptions;
  readonly #gate: Gate;
  readonly #groupOf: (path: string) => RouteGroup | undefined;
  readonly #run: RunOptions;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: HttpServerOptions, stopping: AbortSignal) {
    this.#options = options;
    const { authenticator, clock, config, answers, validateResponses = false } = options;
    this.#gate = new Gate({ ...config, authenticator, clock });
    this.#groupOf = groupFinder(options.groups);
    this.#run = { answers, validateResponses, stopping };
    this.#headers = securityHeaders(config.publicUrl);
  }

  setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
    const { corsOrigins } = this.#options.config;
    reply.headers({
      ...this.#headers,
      ...crossOriginHeaders(corsOrigins, request.headers),
      'x-request-id': request.id,
    });
  }

  async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    request.call = { actor: undefined, startedAt: performance.now() };
    this.setCommonHeaders(request, reply);
    if (this.#run.stopping.aborted) throw errors.unavailable({ reason: 'the service is stopping' });
    const preflight = preflightHeaders(this.#options.config.corsOrigins, request.method, request.headers);
    if (preflight) return reply.code(204).headers(preflight).send();
    const mounted = request.routeOptions.config.mounted;
    // Told here, so that nobody can have bodies read for nothing.
    if (!mounted) throw this.#notFound(request);
    const onHeaders = (headers: Record<string, string>) => void reply.headers(headers);
    // Probes and scrapes are not counted.
    if (mounted.group !== this.#options.serviceRoutes) this.#gate.count(request.ip, onHeaders);
    if (mounted.route.access === 'public') return undefined;
    const { admit } = mounted.group;
    const actor = await this.#gate.admit({
      scope: admit ? undefined : mounted.route.access,
      inProject: mounted.route.inProject,
      headers: request.headers,
      remoteAddress: request.ip,
      onHeaders,
    });
    request.call.actor = actor;
    const params = request.params as Readonly<Record<string, string | undefined>>;
    if (admit) await asCaller(actor, () => admit(actor, mounted.route, params));
    return undefined;
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const mounted = request.routeOptions.config.mounted as Mounted;
    const { actor } = request.call;
    const answer = await asCaller(actor, () => runRoute(mounted, actor, request, reply, this.#run));
    return this.#send(answer, request, reply);
  }

  #send(answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.code(answer.status).headers(answer.headers);
    return answer.type === 'body' ? reply.send(answer.text) : this.#sendEvents(answer, request, reply);
  }

  #sendEvents(answer: EventsAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const frames = eventFrames(eventsAsCaller(request.call.actor, answer.events), {
      clock: this.#options.clock,
      heartbeatMs: this.#options.heartbeatMs ?? 15_000,
      signal: AbortSignal.any([gone.signal, this.#run.stopping]),
      presentFailure: (thrown) => {
        const failed = failedRequest(request);
        answerFailure(thrown, failed, { group: undefined, log: this.#options.log });
        return presentError(toAppError(thrown, request.id), failed).body;
      },
    });
    // `no-transform` and `x-accel-buffering` keep proxies from holding events back.
    reply.headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    return reply.send(Readable.from(frames));
  }

  #notFound(request: FastifyRequest): AppError {
    const { method, path } = failedRequest(request);
    const { serviceRoutes } = this.#options;
    const owners = [this.#groupOf(path), serviceRoutes].filter((group) => group !== undefined);
    const allowed = allowedMethods(owners, path);
    return allowed.length === 0 || allowed.includes(method)
      ? errors.route_not_found({ method, path })
      : errors.method_not_allowed({ method, path, allowed });
  }

  fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failed = failedRequest(request);
    const group = request.routeOptions.config?.mounted?.group ?? this.#groupOf(failed.path);
    const error = fromFramework(thrown, failed, request.headers['content-length']);
    const answer = answerFailure(error, failed, { group, log: this.#options.log });
    const send = () => void reply.code(answer.status).headers(answer.headers).send(answer.text);
    // Whoever is still sending when the connection is closed never sees the answer. So the rest of a body is read and
    // thrown away, for as long as a request may take, and Fastify does not hang up on the bodies that it refuses.
    request.raw.resume();
    if (reply.hasHeader('connection')) reply.removeHeader('connection');
    if (reply.raw.shouldKeepAlive) send();
    else finished(request.raw, { writable: false }, send);
  }

  finish(request: FastifyRequest, reply: FastifyReply): void {
    const { actor, startedAt } = request.call;
    const seconds = (performance.now() - startedAt) / 1000;
    const mounted = request.routeOptions.config.mounted;
    // The pattern, never the path: paths of OAuth links hold codes.
    const route = mounted && `${mounted.group.prefix}${mounted.route.path}`;
    this.#options.onAnswered?.({ method: request.method, route, status: reply.statusCode, seconds });
    const { log, serviceRoutes } = this.#options;
    // Probes and scrapes come every few seconds and would drown the rest.
    log[mounted && mounted.group === serviceRoutes ? 'debug' : 'info'](
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(seconds * 1e5) / 100,
        ...(actor ? { organizationId: actor.organizationId, apiKeyId: actor.apiKeyId } : {}),
      },
      'request',
    );
  }
}

function failedRequest(request: FastifyRequest): FailedRequest {
  const path = request.url.split('?', 1)[0] ?? '';
  return { requestId: request.id, method: request.method, path, route: request.routeOptions.config?.mounted?.route };
}
