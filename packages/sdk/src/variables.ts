import { environmentPath } from './environments.ts';
import type { Variable, VariableInput, VariablePlace } from './project-model.ts';
import { projectPath } from './projects.ts';
import type { CallOptions, Transport } from './transport.ts';

/** What placeholders of connections stand for, in a project or in one of its environments. */
export class Variables {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of the place itself, by name. */
  list(place: VariablePlace, { signal }: CallOptions = {}): Promise<readonly Variable[]> {
    return this.#transport.json({ method: 'GET', path: variablesPath(place), signal });
  }

  get(place: VariablePlace, name: string, { signal }: CallOptions = {}): Promise<Variable> {
    return this.#transport.json({ method: 'GET', path: variablePath(place, name), signal });
  }

  /** Makes the variable, or changes it. */
  set(place: VariablePlace, name: string, input: VariableInput, { signal }: CallOptions = {}): Promise<Variable> {
    return this.#transport.json({ method: 'PUT', path: variablePath(place, name), body: input, signal });
  }

  delete(place: VariablePlace, name: string, { signal }: CallOptions = {}): Promise<Variable> {
    return this.#transport.json({ method: 'DELETE', path: variablePath(place, name), signal });
  }
}

function variablesPath({ project, environment }: VariablePlace): string {
  return `${environment === undefined ? projectPath(project) : environmentPath(project, environment)}/variables`;
}

function variablePath(place: VariablePlace, name: string): string {
  return `${variablesPath(place)}/${encodeURIComponent(name)}`;
}
