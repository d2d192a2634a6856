import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import type { ListedStreams } from '../dynamic-streams/list-streams.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream } from '../model/stream.ts';

/**
 * Proves the settings as the manifest's `check` says: `CheckStream` reads the first record of the streams that it names,
 * `CheckDynamicStream` that of the first ones. A stream without records is fine. Throws `ConnectorError`.
 * @returns what was proved, for people.
 */
export async function checkManifest(check: Component, listed: ListedStreams): Promise<{ readonly account: string }> {
  const asked = check.type === 'CheckDynamicStream' ? firstStreams(check, listed) : namedStreams(check, listed);
  if (asked.length === 0) throw new ConnectorError('configuration', "The manifest's check names no stream.");
  if (check['use_check_availability'] !== false) for (const stream of asked) await readFirst(stream);
  return { account: asked.map(({ name }) => name).join(', ') };
}

/** `config_overrides`: settings of the check alone. */
export function checkOverrides(check: JsonObject): JsonObject {
  return asObject(check['config_overrides']) ?? {};
}

function firstStreams(check: Component, { streams, broken }: ListedStreams): readonly ManifestStream[] {
  const [fault] = broken;
  if (streams.length === 0)
    throw fault?.error ?? new ConnectorError('configuration', 'The source has no streams with these settings.');
  return streams.slice(0, Math.max(1, Number(check['stream_count'])));
}

function namedStreams(check: Component, listed: ListedStreams): readonly ManifestStream[] {
  const names = (check['stream_names'] ?? []) as readonly string[];
  const generated = objectsOf(check['dynamic_streams_check_configs']).flatMap((config) => {
    const { dynamic_stream_name: name, stream_count: most } = config as {
      readonly dynamic_stream_name: string;
      readonly stream_count?: number;
    };
    const found = listed.dynamic.get(name);
    if (!found)
      throw new ConnectorError(
        'configuration',
        `The manifest's check names the dynamic stream ${name}, which it does not have.`,
      );
    return most === undefined ? found : found.slice(0, Math.max(1, most));
  });
  return [...new Set([...names, ...generated])].map((name) => streamNamed(name, listed));
}

function streamNamed(name: string, { streams, broken }: ListedStreams): ManifestStream {
  const found = streams.find((stream) => stream.name === name);
  if (found) return found;
  const fault = broken.find((stream) => stream.name === name);
  if (fault) throw fault.error;
  const known = streams.map((stream) => stream.name).join(', ');
  throw new ConnectorError(
    'configuration',
    `The manifest's check names the stream ${name}, and there are only: ${known}.`,
  );
}

/** Reads until the first record, or the end. */
async function readFirst(stream: ManifestStream): Promise<void> {
  for await (const output of stream.read(undefined)) if (output.type === 'records' && output.records.length > 0) return;
}
