import type { BrokenStream } from '../../kit/broken-stream.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream } from '../model/stream.ts';
import { resolveStreams } from './resolve-streams.ts';
import { templateContext } from '../interpolation/template-context.ts';

export interface ListedStreams {
  /** In the manifest's order, static ones first. */
  readonly streams: readonly ManifestStream[];
  /** Streams that cannot be built, and why; the others work without them. */
  readonly broken: readonly BrokenStream[];
  /** Names of the streams of each `DynamicDeclarativeStream`, by its name. */
  readonly dynamic: ReadonlyMap<string, readonly string[]>;
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
    await listing.addDynamic(dynamic, nameOf(dynamic) ?? `dynamic_stream_${index}`);
  }
  return listing;
}

class Listing implements ListedStreams {
  readonly streams: ManifestStream[] = [];
  readonly broken: BrokenStream[] = [];
  readonly dynamic = new Map<string, readonly string[]>();
  readonly #build: Build;
  readonly #names = new Set<string>();
  readonly #dynamicNames = new Set<string>();

  constructor(build: Build) {
    this.#build = build;
  }

  addStatic(definitions: readonly Component[]): void {
    for (const [index, definition] of definitions.entries()) {
      if (definition.type === 'ConditionalStreams') this.#addConditional(definition, `conditional_streams_${index}`);
      else this.#add(definition, nameOf(definition) ?? `streams[${index}]`);
    }
  }

  #addConditional(definition: Component, name: string): void {
    const { condition } = definition;
    const context = templateContext(this.#build, definition);
    let wanted = false;
    const error = faultOf(name, () => {
      wanted = interpolatedBoolean(typeof condition === 'string' ? condition : condition === true).evaluate(context);
    });
    const streams = componentsOf(definition['streams']);
    if (error) for (const [index, one] of streams.entries()) this.#addBroken(one, `${name}[${index}]`, error);
    else if (wanted) this.addStatic(streams);
  }

  #addBroken(definition: Component, place: string, error: ConnectorError): void {
    const name = nameOf(definition);
    this.broken.push(name === undefined ? { name: place, error, nameless: true } : { name, error });
  }

  async addDynamic(dynamic: Component, name: string): Promise<void> {
    const names = new Set<string>();
    try {
      for await (const resolved of resolveStreams(dynamic, name, this.#build)) {
        if (resolved.type === 'broken') {
          this.broken.push({ name: resolved.name, error: resolved.error, nameless: true });
          continue;
        }
        if (this.#dynamicNames.has(resolved.name)) throw duplicate(resolved.name, dynamic);
        this.#dynamicNames.add(resolved.name);
        names.add(resolved.name);
        this.#add(resolved.definition, resolved.name);
      }
    } catch (error) {
      // A source that is not there, or refuses, is no fault of the manifest; without it the streams are not known.
      if (error instanceof DuplicateName || !isFaultOfManifest(error)) throw error;
      this.broken.push({ name, error, nameless: true });
    }
    this.dynamic.set(name, [...(this.dynamic.get(name) ?? []), ...names]);
  }

  #add(definition: Component, name: string): void {
    const error = faultOf(name, () => {
      if (nameOf(definition) === undefined) {
        throw new ConnectorError('configuration', `${name} of the manifest has no name; give it one.`);
      }
      if (this.#names.has(name)) {
        throw new ConnectorError('configuration', `The manifest has two streams with the name "${name}"; rename one.`);
      }
      this.#names.add(name);
      this.streams.push(this.#build.stream(definition));
    });
    if (error) this.#addBroken(definition, name, error);
  }
}

/** What is wrong with a definition, in whatever way: it is told with the stream's name and keeps no other stream away. */
function faultOf(name: string, act: () => void): ConnectorError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof ConnectorError ? error : unforeseen(name, error);
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

const nameOf = ({ name }: Component): string | undefined =>
  typeof name === 'string' && name !== '' ? name : undefined;

const componentsOf = (value: Json | undefined): readonly Component[] =>
  Array.isArray(value) ? (value as readonly Component[]) : [];
