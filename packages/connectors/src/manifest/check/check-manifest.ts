import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import type { Component } from '../model/component.ts';
import type { OpenedManifest } from '../connector/open-manifest.ts';
import type { ManifestStream } from '../model/stream.ts';

/**
 * Proves the settings as the manifest's `check` says: `CheckStream` reads the first record of the streams that it names,
 * `CheckDynamicStream` that of the first ones. A stream without records is fine. Throws `ConnectorError`.
 * @returns what was proved, for people.
 */
export async function checkManifest(check: Component, opened: OpenedManifest): Promise<{ readonly account: string }> {
  const all = await opened.streams();
  const asked = check.type === 'CheckDynamicStream' ? firstStreams(check, all) : await namedStreams(check, all, opened);
  if (asked.length === 0) throw new ConnectorError('configuration', "The manifest's check names no stream.");
  if (check['use_check_availability'] !== false) for (const stream of asked) await readFirst(stream);
  return { account: asked.map(({ name }) => name).join(', ') };
}

/** `config_overrides`: settings of the check alone. */
export function checkOverrides(check: JsonObject): JsonObject {
  return asObject(check['config_overrides']) ?? {};
}

function firstStreams(check: Component, all: readonly ManifestStream[]): readonly ManifestStream[] {
  if (all.length === 0) throw new ConnectorError('configuration', 'The source has no streams with these settings.');
  return all.slice(0, Math.max(1, Number(check['stream_count'])));
}

async function namedStreams(
  check: Component,
  all: readonly ManifestStream[],
  opened: OpenedManifest,
): Promise<readonly ManifestStream[]> {
  const names = (check['stream_names'] ?? []) as readonly string[];
  const named = names.map((name) => {
    const found = all.find((stream) => stream.name === name);
    if (found) return found;
    const known = all.map((stream) => stream.name).join(', ');
    throw new ConnectorError(
      'configuration',
      `The manifest's check names the stream ${name}, and there are only: ${known}.`,
    );
  });
  const generated = await Promise.all(
    objectsOf(check['dynamic_streams_check_configs']).map(async ({ dynamic_stream_name: name, stream_count: most }) => {
      const found = await opened.streamsOf(name as string);
      return found.slice(0, typeof most === 'number' ? Math.max(1, most) : found.length);
    }),
  );
  return [...named, ...generated.flat()];
}

/** Reads until the first record, or the end. */
async function readFirst(stream: ManifestStream): Promise<void> {
  for await (const output of stream.read(undefined)) if (output.type === 'records' && output.records.length > 0) return;
}
