import type { JsonObject } from './model.ts';
import type { CallOptions, Transport } from './transport.ts';

/** A connection with the fields of its type beside those that all have; secrets are null where they are not shown. */
export interface Connection extends JsonObject {
  readonly type: string;
  readonly name: string;
  readonly description: string | null;
  readonly deployToWorker: boolean;
  readonly enabled: boolean;
}

/** What is sent to make or replace a connection: fields of its type, beside these. */
export interface ConnectionSettings extends JsonObject {
  readonly type: string;
}

/** How a change went on the workers of one environment. */
export interface EnvironmentResult {
  readonly environmentName: string;
  readonly success: boolean;
  readonly message: string;
}

/** Undefined results: nothing was to be deployed. */
export interface WrittenConnection {
  readonly success: true;
  readonly deploymentResult?: { readonly success: boolean; readonly deploymentResults: readonly EnvironmentResult[] };
}

/** A type of connections; `fields` is its JSON Schema. */
export interface ConnectionType {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly secretFields: readonly string[];
  readonly keyMaterialFields: readonly string[];
  readonly fields: JsonObject;
}

interface ProjectOptions extends CallOptions {
  /** Default: `default`. */
  readonly project?: string | undefined;
}

const encode = encodeURIComponent;

/** Connections of a project, by name. */
export class Connections {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The types that connections can be of, with their fields. */
  types({ signal }: CallOptions = {}): Promise<readonly ConnectionType[]> {
    return this.#transport.json({ method: 'GET', path: '/tributary/v1/connection-types', signal });
  }

  type(id: string, { signal }: CallOptions = {}): Promise<ConnectionType> {
    return this.#transport.json({ method: 'GET', path: `/tributary/v1/connection-types/${encode(id)}`, signal });
  }

  /** Those of one type, by name, without their secrets. */
  async list(type: string, options: ProjectOptions = {}): Promise<readonly Connection[]> {
    const { resultList } = await this.#call<{ readonly resultList: readonly Connection[] }>('GET', '', options, {
      query: { type },
    });
    return resultList;
  }

  /** With its secrets, when the key may change it and the operator lets them be shown. */
  async get(name: string, options: ProjectOptions = {}): Promise<Connection> {
    const { resultList } = await this.#call<{ readonly resultList: readonly [Connection] }>(
      'GET',
      `/${encode(name)}`,
      options,
    );
    return resultList[0];
  }

  create(name: string, settings: ConnectionSettings, options: ProjectOptions = {}): Promise<WrittenConnection> {
    return this.#call('POST', `/${encode(name)}`, options, { body: settings });
  }

  /** Replaces all but the secrets that are not given; a `name` in the settings renames it. */
  replace(name: string, settings: ConnectionSettings, options: ProjectOptions = {}): Promise<WrittenConnection> {
    return this.#call('PUT', `/${encode(name)}`, options, { body: settings });
  }

  delete(name: string, options: ProjectOptions = {}): Promise<WrittenConnection> {
    return this.#call('DELETE', `/${encode(name)}`, options);
  }

  /** Asks the far end with what is stored, or with these settings and the stored secrets. */
  async test(
    name: string,
    options: ProjectOptions & {
      readonly settings?: ConnectionSettings;
      readonly environment?: string | undefined;
    } = {},
  ): Promise<{ readonly success: boolean; readonly detail: string }> {
    const { settings, environment } = options;
    const more = { query: { environment }, ...(settings && { body: settings }) };
    const path = `/${encode(name)}/test-connection`;
    const answer = await this.#call<{
      readonly deploymentResult: { readonly success: boolean; readonly detail: string };
    }>('POST', path, options, more);
    return answer.deploymentResult;
  }

  /** Deploys the connection as it is stored; one result for each environment. */
  async deploy(
    name: string,
    { project = 'default', signal }: ProjectOptions = {},
  ): Promise<readonly EnvironmentResult[]> {
    const path = `/tributary/v1/projects/${encode(project)}/connections/${encode(name)}/deploy`;
    const call = { method: 'POST', path, signal } as const;
    return (await this.#transport.json<{ readonly results: readonly EnvironmentResult[] }>(call)).results;
  }

  #call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    { project = 'default', signal }: ProjectOptions,
    more: { readonly body?: JsonObject; readonly query?: Readonly<Record<string, string | undefined>> } = {},
  ): Promise<T> {
    return this.#transport.json({
      method,
      path: `/apiops/projects/${encode(project)}/connections${path}`,
      signal,
      ...more,
    });
  }
}
