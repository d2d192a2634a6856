import type { Certificate, CertificateInput } from './project-model.ts';
import { projectPath } from './projects.ts';
import type { CallOptions, Transport } from './transport.ts';

/** Certificates and key stores of projects, which connections refer to by name. Names compare without case. */
export class Certificates {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name. */
  list(project: string, { signal }: CallOptions = {}): Promise<readonly Certificate[]> {
    return this.#transport.json({ method: 'GET', path: certificatesPath(project), signal });
  }

  get(project: string, name: string, { signal }: CallOptions = {}): Promise<Certificate> {
    return this.#transport.json({ method: 'GET', path: certificatePath(project, name), signal });
  }

  create(project: string, name: string, input: CertificateInput, { signal }: CallOptions = {}): Promise<Certificate> {
    return this.#transport.json({ method: 'POST', path: certificatesPath(project), body: { name, ...input }, signal });
  }

  /** Puts another one in the place of one, under its name. */
  replace(project: string, name: string, input: CertificateInput, { signal }: CallOptions = {}): Promise<Certificate> {
    return this.#transport.json({ method: 'PUT', path: certificatePath(project, name), body: input, signal });
  }

  delete(project: string, name: string, { signal }: CallOptions = {}): Promise<Certificate> {
    return this.#transport.json({ method: 'DELETE', path: certificatePath(project, name), signal });
  }
}

function certificatesPath(project: string): string {
  return `${projectPath(project)}/certificates`;
}

function certificatePath(project: string, name: string): string {
  return `${certificatesPath(project)}/${encodeURIComponent(name)}`;
}
