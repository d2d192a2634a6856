import { readFileSync } from 'node:fs';
import type { ConfigField, Json, JsonObject } from '@tributary/sdk/model';
import { CliError } from './exit-codes.ts';

/** What kind of fields are being read, for the messages. */
export interface FieldGroup {
  /** The option: `--config` or `--credential`. */
  readonly option: string;
  readonly source: string;
  readonly fields: readonly ConfigField[];
}

/**
 * Reads `name=value` arguments into an object, each value by the type of its field: lists take one item an argument or a
 * JSON array, objects take JSON. `name=@path` reads the value from a file, which keeps secrets out of the process list.
 * @throws CliError('usage') naming the argument and what would be right.
 */
export function readFieldValues(group: FieldGroup, args: readonly string[] = []): JsonObject {
  const values: Record<string, Json> = {};
  for (const argument of args) {
    const [name, text] = split(group, argument);
    const field = group.fields.find((one) => one.name === name);
    if (!field) throw new CliError('usage', unknownField(group, name));
    const value = read(group, field, text);
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (Array.isArray(before) && Array.isArray(value))
      values[name] = [...(before as Json[]), ...(value as Json[])];
    else throw new CliError('usage', `${group.option} ${name} is given twice, and takes one value.`);
  }
  return values;
}

function split({ option }: FieldGroup, argument: string): readonly [name: string, text: string] {
  const at = argument.indexOf('=');
  if (at < 1)
    throw new CliError(
      'usage',
      `${option} ${argument}: write it as name=value, for example ${option} host=db.example.com`,
    );
  const text = argument.slice(at + 1);
  return [argument.slice(0, at), text.startsWith('@') ? readText(text.slice(1)) : text];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CliError('usage', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read(group: FieldGroup, field: ConfigField, text: string): Json {
  const wrong = (wanted: string) => new CliError('usage', `${group.option} ${field.name} must be ${wanted}.`);
  switch (field.type) {
    case 'number':
    case 'integer': {
      const number = Number(text);
      if (text.trim() === '' || Number.isNaN(number)) throw wrong('a number');
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong('true or false');
      return text === 'true';
    case 'array':
      return text.startsWith('[') ? json(text, wrong('a JSON array, or one item')) : [text];
    case 'object':
      return json(text, wrong('a JSON object'));
    default:
      return text;
  }
}

function json(text: string, error: CliError): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw error;
  }
}

function unknownField({ option, source, fields }: FieldGroup, name: string): string {
  if (fields.length === 0) return `${source} takes no ${option}.`;
  return `${source} has no ${option} ${name}. It has: ${fields.map((field) => field.name).join(', ')}.`;
}
