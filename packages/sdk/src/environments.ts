import type { CreateOptions } from './collections.ts';
import type { Environment } from './project-model.ts';
import { projectPath } from './projects.ts';
import type { CallOptions, Transport } from './transport.ts';

/** Where the workers of projects run. Names compare without case; `production` is in every project. */
export class Environments {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name. */
  list(project: string, { signal }: CallOptions = {}): Promise<readonly Environment[]> {
    return this.#transport.json({ method: 'GET', path: environmentsPath(project), signal });
  }

  get(project: string, name: string, { signal }: CallOptions = {}): Promise<Environment> {
    return this.#transport.json({ method: 'GET', path: environmentPath(project, name), signal });
  }

  create(project: string, name: string, options: CreateOptions = {}): Promise<Environment> {
    return this.#transport.json({
      method: 'POST',
      path: environmentsPath(project),
      body: { name },
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
      signal: options.signal,
    });
  }

  rename(project: string, name: string, to: string, { signal }: CallOptions = {}): Promise<Environment> {
    return this.#transport.json({ method: 'PATCH', path: environmentPath(project, name), body: { name: to }, signal });
  }

  /** With its variables. */
  delete(project: string, name: string, { signal }: CallOptions = {}): Promise<Environment> {
    return this.#transport.json({ method: 'DELETE', path: environmentPath(project, name), signal });
  }
}

function environmentsPath(project: string): string {
  return `${projectPath(project)}/environments`;
}

/** Below the service's address. */
export function environmentPath(project: string, name: string): string {
  return `${environmentsPath(project)}/${encodeURIComponent(name)}`;
}
