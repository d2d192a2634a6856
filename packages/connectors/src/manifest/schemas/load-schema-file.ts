import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { isMapping } from '../records/is-mapping.ts';
import { schemaPath } from './schema-path.ts';

const DEFAULT_PATH = "./schemas/{{ parameters['name'] }}.json";

/**
 * The schema in a file beside the manifest (`JsonFileSchemaLoader`), with what it takes from other files (`$ref` to a file below
 * `schemas/shared`) put in. A missing file is an empty schema and a line in the log. Throws `ConnectorError('configuration')` when
 * the file is no JSON object.
 */
export function loadSchemaFile(definition: Component | undefined, build: Build, stream: StreamContext): JsonObject {
  const template = typeof definition?.['file_path'] === 'string' ? definition['file_path'] : '';
  const parameters = { name: stream.name, ...definition?.$parameters };
  const path = interpolatedText(template || DEFAULT_PATH).evaluate({
    config: build.config,
    parameters,
    options: parameters,
  });
  const text = fileText(path, build.files);
  if (text === undefined) {
    build.ctx.log.debug({ stream: stream.name, path }, 'there is no schema file; the schema of the stream is empty');
    return {};
  }
  return withFiles(parsed(text, path, stream), build.files, stream, []) as JsonObject;
}

/** The file by its path with and without the Python package in front. */
function fileText(path: string, files: ReadonlyMap<string, string>): string | undefined {
  const plain = path.replace(/^\.?\/+/, '');
  const candidates = [path, plain, `./${plain}`, schemaPath(path).path, `./${schemaPath(path).path}`];
  const found = candidates.find((candidate) => files.has(candidate));
  return found === undefined ? undefined : files.get(found);
}

function parsed(text: string, path: string, stream: StreamContext): JsonObject {
  try {
    const schema = JSON.parse(text) as Json;
    if (isMapping(schema)) return schema as JsonObject;
  } catch {
    // The same answer as for a schema that is no object.
  }
  throw new ConnectorError(
    'configuration',
    `Stream "${stream.name}": the schema file ${path} is no JSON object; repair it.`,
  );
}

/** References to other files replaced by what stands there; those inside of the file stay. */
function withFiles(part: Json, files: ReadonlyMap<string, string>, stream: StreamContext, on: readonly string[]): Json {
  if (Array.isArray(part)) return (part as readonly Json[]).map((item) => withFiles(item, files, stream, on));
  if (!isMapping(part)) return part;
  const reference = part['$ref'];
  const [name = '', pointer = ''] = typeof reference === 'string' ? reference.split('#') : [];
  const text = name === '' || on.includes(name) ? undefined : sharedText(name, files);
  if (text !== undefined) {
    const target = at(parsed(text, name, stream), pointer);
    return withFiles(target, files, stream, [...on, name]);
  }
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, withFiles(value as Json, files, stream, on)]),
  );
}

const sharedText = (name: string, files: ReadonlyMap<string, string>): string | undefined =>
  fileText(`./schemas/shared/${name}`, files) ?? fileText(`./schemas/${name}`, files) ?? fileText(name, files);

const at = (schema: JsonObject, pointer: string): Json =>
  pointer
    .split('/')
    .filter(Boolean)
    .reduce<Json>((value, name) => (isMapping(value) ? ((value[name] ?? {}) as Json) : {}), schema);
