import type { CreateOptions } from './collections.ts';
import type { Project } from './project-model.ts';
import type { CallOptions, Transport } from './transport.ts';

const ALL = '/tributary/v1/projects';

/** Below the service's address. */
export function projectPath(name: string): string {
  return `${ALL}/${encodeURIComponent(name)}`;
}

/** Named spaces of an organization with connections of their own. Names compare without case. */
export class Projects {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name. */
  list({ signal }: CallOptions = {}): Promise<readonly Project[]> {
    return this.#transport.json({ method: 'GET', path: ALL, signal });
  }

  get(name: string, { signal }: CallOptions = {}): Promise<Project> {
    return this.#transport.json({ method: 'GET', path: projectPath(name), signal });
  }

  /** With its environment `production`. */
  create(name: string, options: CreateOptions = {}): Promise<Project> {
    return this.#transport.json({
      method: 'POST',
      path: ALL,
      body: { name },
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
      signal: options.signal,
    });
  }

  rename(name: string, to: string, { signal }: CallOptions = {}): Promise<Project> {
    return this.#transport.json({ method: 'PATCH', path: projectPath(name), body: { name: to }, signal });
  }

  /** Without connections only; its environments, variables and certificates go with it. */
  delete(name: string, { signal }: CallOptions = {}): Promise<Project> {
    return this.#transport.json({ method: 'DELETE', path: projectPath(name), signal });
  }
}
