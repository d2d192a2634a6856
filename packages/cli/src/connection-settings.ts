import { readFileSync } from 'node:fs';
import type { Connection, ConnectionSettings, ConnectionType } from '@tributary/sdk/connections';
import type { Json, JsonObject } from '@tributary/sdk/model';
import { CliError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface SettingOptions {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly secret?: readonly string[];
  readonly description?: string;
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  /** False with `--no-deploy`. */
  readonly deploy: boolean;
}

/**
 * The settings of a connection from a file, `--set` and `--secret`, over what it has. Secrets are never taken from the command line,
 * where others can see them. Throws CliError('usage').
 */
export async function settingsOf(
  terminal: Pick<Terminal, 'readSecret'>,
  type: ConnectionType,
  options: SettingOptions,
  before?: Connection,
): Promise<ConnectionSettings> {
  const { description } = options;
  const enabled = options.enabled === true ? true : options.disabled === true ? false : undefined;
  return {
    ...before,
    ...(options.file !== undefined && readObject(options.file)),
    ...readSets(type, options.set),
    ...(await readSecrets(terminal, type, options.secret)),
    ...(description !== undefined && { description: description === '' ? null : description }),
    ...(enabled !== undefined && { enabled }),
    deployToWorker: options.deploy,
    type: type.id,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CliError('usage', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readObject(path: string): JsonObject {
  const value = jsonOrText(readText(path));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new CliError('usage', `${path} holds no JSON object.`);
}

function readSets(type: ConnectionType, sets: readonly string[] = []): JsonObject {
  const known = Object.keys((type.fields['properties'] ?? {}) as JsonObject);
  const entries = sets.map((argument): [string, Json] => {
    const at = argument.indexOf('=');
    if (at < 1) throw new CliError('usage', `--set ${argument}: write it as name=value.`);
    const name = argument.slice(0, at);
    const text = argument.slice(at + 1);
    if (!known.includes(name))
      throw new CliError('usage', `${type.id} has no field ${name}. It has: ${known.join(', ')}.`);
    const fromFile = text.startsWith('@');
    if (type.secretFields.includes(name) && !fromFile)
      throw new CliError('usage', `${name} is a secret: give it with --secret ${name}, or as ${name}=@path.`);
    const value = fromFile ? readText(text.slice(1)) : text;
    return [name, type.secretFields.includes(name) ? secretOf(value) : jsonOrText(value)];
  });
  return Object.fromEntries(entries);
}

/** Numbers, switches, lists and objects as JSON; everything else is text, and so is a number that JSON would write otherwise. */
function jsonOrText(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'number' && String(value) !== text ? text : value;
  } catch {
    return text;
  }
}

/** Secret lists and tables are given as JSON; of other secrets not a character may change. */
function secretOf(text: string): Json {
  return /^\s*[[{]/.test(text) ? jsonOrText(text) : text;
}

/** A line for each of several secrets; the whole text for a single one. */
function linesOf(text: string, secrets: number): string[] {
  const whole = text.replace(/\r?\n$/, '');
  return secrets === 1 ? [whole] : whole.split(/\r?\n/);
}

async function readSecrets(
  terminal: Pick<Terminal, 'readSecret'>,
  type: ConnectionType,
  names: readonly string[] = [],
): Promise<JsonObject> {
  const values: Record<string, Json> = {};
  // A pipe gives all of them at once, a person one after the other.
  let given: string[] = [];
  for (const name of names) {
    if (!type.secretFields.includes(name))
      throw new CliError(
        'usage',
        `${name} is no secret of ${type.id}. Secrets: ${type.secretFields.join(', ') || 'none'}.`,
      );
    if (given.length === 0) given = linesOf(await terminal.readSecret(name), names.length);
    const line = given.shift() ?? '';
    if (line === '') throw new CliError('usage', `Nothing was given for ${name}.`);
    values[name] = secretOf(line);
  }
  return values;
}
