import { readFileSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parse } from 'yaml';
import type { Connector, SpecifiedConfiguration } from '../../src/kit/connector.ts';
import type { JsonObject } from '../../src/kit/json.ts';
import { manifestConnector } from '../../src/manifest/connector/manifest-connector.ts';
import { discoverMessages } from '../../src/protocol/connector-messages.ts';
import { connectorSpec } from '../../src/protocol/connector-spec.ts';
import type { AirbyteMessage, AirbyteStream } from '../../src/protocol/messages.ts';
import { startLoopback } from './loopback-server.ts';
import { permissiveAnswers } from './permissive-answers.ts';
import type { Judged } from './report.ts';
import { openSource, readSource } from './run-source.ts';
import { sampleConfig } from './sample-config.ts';
import { tickingClock } from './ticking-clock.ts';
import { PASSED } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** Manifests under way at once. */
const AT_ONCE = 8;
const NOW = Date.UTC(2026, 0, 1);

/**
 * Judges every manifest of the folder: it loads, has a specification and streams, and each stream is read to its end with a state,
 * from a source that answers `{}` and from one that answers `[]`.
 */
export async function* judgeManifests(folder: string): AsyncGenerator<Judged> {
  const files = readdirSync(folder)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .toSorted();
  const verdicts = files.map((): Verdict => PASSED);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      verdicts[at] = await judgeManifest(join(folder, files[at] ?? '')).catch(failed);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const [at, file] of files.entries()) {
    yield { group: 'manifests', name: basename(file, extname(file)), verdict: verdicts[at] ?? PASSED };
  }
}

async function judgeManifest(path: string): Promise<Verdict> {
  const manifest = readFileSync(path, 'utf8');
  const connector = manifestConnector({ id: basename(path, extname(path)), manifest });
  if (connectorSpec(connector).type !== 'SPEC') return { type: 'failed', detail: 'no specification' };
  const { specification } = connector.specified as SpecifiedConfiguration;
  const fields = fieldsOf(specification['connectionSpecification'] as JsonObject, manifest);
  const logins = parse(manifest, { merge: true }) as JsonObject;
  // Of two ways to log in, a manifest may describe one in words that its own templates do not use.
  const first = await judgeSettings(connector, sampleConfig(fields, NOW), logins);
  if (first.type === 'passed') return first;
  const second = await judgeSettings(connector, sampleConfig(fields, NOW, 1), logins);
  return second.type === 'passed' ? second : first;
}

/** The fields of a specification; of a manifest without one, those that its templates name. */
function fieldsOf(specification: JsonObject, manifest: string): JsonObject {
  if (Object.keys((specification['properties'] ?? {}) as JsonObject).length > 0) return specification;
  const names = [...manifest.matchAll(/config\[["'](\w+)["']\]/g)].map(([, name = '']) => name);
  return { properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])), required: names };
}

async function judgeSettings(connector: Connector, config: JsonObject, manifest: JsonObject): Promise<Verdict> {
  for (const body of ['{}', '[]']) {
    const verdict = await judgeReading(connector, config, manifest, body).catch(failed);
    if (verdict.type !== 'passed') return verdict;
  }
  return PASSED;
}

const failed = (error: unknown): Verdict => ({
  type: 'failed',
  detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

async function judgeReading(
  connector: Connector,
  config: JsonObject,
  manifest: JsonObject,
  body: string,
): Promise<Verdict> {
  const server = await startLoopback(permissiveAnswers(manifest, body));
  try {
    const run = { connector, config, port: server.port, clock: tickingClock(NOW) };
    const streams = await discover(run);
    const catalog = {
      streams: streams.map((stream) => ({
        stream,
        sync_mode: stream.supported_sync_modes.at(-1),
        destination_sync_mode: 'append',
      })),
    };
    const faults = faultsOf(await readSource(run, catalog, undefined), streams);
    return faults.length === 0 ? PASSED : { type: 'failed', detail: `with ${body}: ${faults.join('; ')}` };
  } finally {
    await server.close();
  }
}

async function discover(run: Parameters<typeof openSource>[0]): Promise<readonly AirbyteStream[]> {
  const source = openSource(run);
  try {
    const messages = await Array.fromAsync(discoverMessages(run.connector, source.makeContext));
    return messages.flatMap((message) => (message.type === 'CATALOG' ? message.catalog.streams : []));
  } finally {
    await source.close();
  }
}

/** Streams that have not come to their end, or told no state; and the first words of what went wrong. */
function faultsOf(messages: readonly AirbyteMessage[], streams: readonly AirbyteStream[]): readonly string[] {
  const complete = new Set<string>();
  const told = new Set<string>();
  const errors: string[] = [];
  for (const message of messages) {
    if (message.type === 'STATE') told.add(message.state.stream.stream_descriptor.name);
    if (message.type !== 'TRACE') continue;
    if (message.trace.type === 'ERROR') {
      const { stream_descriptor: about, message: words, internal_message: kind } = message.trace.error;
      errors.push(`${about?.name ?? ''}: ${words} (${kind})`);
    } else if (message.trace.stream_status.status === 'COMPLETE')
      complete.add(message.trace.stream_status.stream_descriptor.name);
  }
  const names = streams.map(({ name }) => name);
  return [
    ...errors,
    ...names.filter((name) => !complete.has(name)).map((name) => `${name} did not complete`),
    ...names.filter((name) => !told.has(name)).map((name) => `${name} told no state`),
  ];
}
