import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import { templateContext } from '../interpolation/template-context.ts';
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
    ...templateContext(build),
    parameters,
  });
  const text = fileText(path, build.files);
  if (text === undefined) {
    build.ctx.log.debug({ stream: stream.name, path }, 'there is no schema file; the schema of the stream is empty');
    return {};
  }
  return withFiles(parsed(text, path, stream), { files: build.files, stream, made: 0 }, []) as JsonObject;
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

/** Objects of a schema when all files are put in: files that take others several times grow beyond all bounds. */
const MOST_PARTS = 100_000;

interface Whole {
  readonly files: ReadonlyMap<string, string>;
  readonly stream: StreamContext;
  made: number;
}

const tooLarge = ({ name }: StreamContext): ConnectorError =>
  new ConnectorError(
    'configuration',
    `Stream "${name}": its JsonFileSchemaLoader puts together more than ${MOST_PARTS.toLocaleString('en')} objects; let the schema files refer to each other less often.`,
  );

/** References to other files replaced by what stands there; those inside of the file stay. */
function withFiles(part: Json, whole: Whole, on: readonly string[]): Json {
  if (Array.isArray(part)) return (part as readonly Json[]).map((item) => withFiles(item, whole, on));
  if (!isMapping(part)) return part;
  const { files, stream } = whole;
  whole.made += 1;
  if (whole.made > MOST_PARTS) throw tooLarge(stream);
  const reference = part['$ref'];
  const [name = '', pointer = ''] = typeof reference === 'string' ? reference.split('#') : [];
  const text = name === '' || on.includes(name) ? undefined : sharedText(name, files);
  if (text !== undefined) {
    const target = at(parsed(text, name, stream), pointer);
    return withFiles(target, whole, [...on, name]);
  }
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, withFiles(value as Json, whole, on)]));
}

const sharedText = (name: string, files: ReadonlyMap<string, string>): string | undefined =>
  fileText(`./schemas/shared/${name}`, files) ?? fileText(`./schemas/${name}`, files) ?? fileText(name, files);

const at = (schema: JsonObject, pointer: string): Json =>
  pointer
    .split('/')
    .filter(Boolean)
    .reduce<Json>((value, name) => (isMapping(value) ? ((value[name] ?? {}) as Json) : {}), schema);
