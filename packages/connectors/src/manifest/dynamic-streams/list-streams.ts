import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream } from '../model/stream.ts';
import { resolveStreams } from './resolve-streams.ts';

export interface ListedStreams {
  /** In the manifest's order, static ones first. */
  readonly streams: readonly ManifestStream[];
  /** Streams that cannot be built, and why; the others work without them. */
  readonly broken: readonly BrokenStream[];
  /** Names of the streams of each `DynamicDeclarativeStream`, by its name. */
  readonly dynamic: ReadonlyMap<string, readonly string[]>;
}

export interface BrokenStream {
  readonly name: string;
  readonly error: ConnectorError;
}

/**
 * All streams of a manifest: static ones, those whose condition holds, and those that templates become. Throws
 * `ConnectorError` when a resolver cannot reach its source, since the streams are then not known, and `configuration` when two
 * dynamic streams have the same name.
 */
export async function listStreams(manifest: Component, build: Build): Promise<ListedStreams> {
  const listing = new Listing(build);
  listing.addStatic(componentsOf(manifest['streams']));
  for (const [index, dynamic] of componentsOf(manifest['dynamic_streams']).entries()) {
    const { name } = dynamic;
    await listing.addDynamic(dynamic, typeof name === 'string' && name !== '' ? name : `dynamic_stream_${index}`);
  }
  return listing;
}

class Listing implements ListedStreams {
  readonly streams: ManifestStream[] = [];
  readonly broken: BrokenStream[] = [];
  readonly dynamic = new Map<string, readonly string[]>();
  readonly #build: Build;
  readonly #names = new Set<string>();

  constructor(build: Build) {
    this.#build = build;
  }

  addStatic(definitions: readonly Component[]): void {
    for (const [index, definition] of definitions.entries()) {
      if (definition.type === 'ConditionalStreams') this.#addConditional(definition, `conditional_streams_${index}`);
      else this.#add(definition, nameOf(definition, `streams[${index}]`));
    }
  }

  #addConditional(definition: Component, name: string): void {
    const { $parameters = {}, condition } = definition;
    const context = { config: this.#build.config, parameters: $parameters, options: $parameters };
    this.#attempt(name, () => {
      const isWanted = interpolatedBoolean(typeof condition === 'string' ? condition : condition === true);
      if (isWanted.evaluate(context)) this.addStatic(componentsOf(definition['streams']));
    });
  }

  async addDynamic(dynamic: Component, name: string): Promise<void> {
    const names: string[] = [];
    try {
      for await (const resolved of resolveStreams(dynamic, name, this.#build)) {
        if (resolved.type === 'broken') {
          this.broken.push({ name: resolved.name, error: resolved.error });
          continue;
        }
        if (names.includes(resolved.name) || this.#isDynamic(resolved.name)) throw duplicate(resolved.name, dynamic);
        names.push(resolved.name);
        this.#add(resolved.definition, resolved.name);
      }
    } catch (error) {
      // A source that is not there, or refuses, is no fault of the manifest; without it the streams are not known.
      if (error instanceof DuplicateName || !isFaultOfManifest(error)) throw error;
      this.broken.push({ name, error });
    }
    this.dynamic.set(name, [...(this.dynamic.get(name) ?? []), ...names]);
  }

  #isDynamic(name: string): boolean {
    return this.dynamic.values().some((names) => names.includes(name));
  }

  #add(definition: Component, name: string): void {
    this.#attempt(name, () => {
      if (this.#names.has(name)) {
        throw new ConnectorError('configuration', `The manifest has two streams with the name "${name}"; rename one.`);
      }
      this.#names.add(name);
      this.streams.push(this.#build.stream(definition));
    });
  }

  /** What is wrong with a definition, in whatever way, is told with the stream's name and keeps no other stream away. */
  #attempt(name: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.broken.push({ name, error: error instanceof ConnectorError ? error : unforeseen(name, error) });
    }
  }
}

class DuplicateName extends ConnectorError {}

function duplicate(name: string, dynamic: Component): ConnectorError {
  const { type } = dynamic['components_resolver'] as Component;
  const advice = type === 'ConfigComponentsResolver' ? 'Please check your configuration.' : 'Rename one at the source.';
  return new DuplicateName('configuration', `Dynamic streams list contains a duplicate name: ${name}. ${advice}`);
}

const isFaultOfManifest = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError && error.reason === 'configuration';

const unforeseen = (name: string, cause: unknown): ConnectorError =>
  new ConnectorError('configuration', `The stream "${name}" cannot be built from its definition.`, { cause });

const nameOf = ({ name }: Component, otherwise: string): string =>
  typeof name === 'string' && name !== '' ? name : otherwise;

const componentsOf = (value: Json | undefined): readonly Component[] =>
  Array.isArray(value) ? (value as readonly Component[]) : [];
