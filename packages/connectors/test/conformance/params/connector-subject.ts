import type { Connector } from '../../../src/kit/connector.ts';
import type { JsonObject } from '../../../src/kit/json.ts';
import { manifestConnector } from '../../../src/manifest/connector/manifest-connector.ts';
import { checkMessages, discoverMessages } from '../../../src/protocol/connector-messages.ts';
import type { AirbyteMessage } from '../../../src/protocol/messages.ts';
import { caseAnswers } from '../case-answers.ts';
import { startLoopback } from '../loopback-server.ts';
import type { LoopbackAnswer, LoopbackRequest } from '../loopback-server.ts';
import { openSource, readSource } from '../run-source.ts';
import { tickingClock } from '../ticking-clock.ts';
import { isStub } from './param-table.ts';

export const connectorOf = (manifest: JsonObject): Connector => manifestConnector({ id: 'subject', manifest });

const nothing = (): LoopbackAnswer => ({ status: 200, body: '{}' });

/** What `check` or `discover` says of a manifest. */
export async function messagesOf(
  manifest: JsonObject,
  config: unknown,
  action: 'check' | 'discover',
  answer: (request: LoopbackRequest) => LoopbackAnswer = nothing,
): Promise<readonly AirbyteMessage[]> {
  const server = await startLoopback(answer);
  const connector = connectorOf(manifest);
  const source = openSource({ connector, config, port: server.port, clock: tickingClock() });
  const messages = action === 'check' ? checkMessages : discoverMessages;
  try {
    return await Array.fromAsync(messages(connector, source.makeContext));
  } finally {
    await source.close();
    await server.close();
  }
}

/** Reads all streams of a manifest from a source that gives `pages` one after the other, whatever it is asked. */
export async function readInOrder(
  manifest: JsonObject,
  pages: readonly JsonObject[],
): Promise<{ readonly records: readonly JsonObject[]; readonly states: readonly JsonObject[] }> {
  const answers = caseAnswers({ mode: 'in-order', responses: pages });
  const server = await startLoopback((request) => answers.answer(request));
  try {
    const names = (manifest['streams'] as readonly { readonly name: string }[]).map(({ name }) => name);
    const catalog = { streams: names.map((name) => ({ stream: { name }, sync_mode: 'incremental' })) };
    const run = { connector: connectorOf(manifest), config: {}, port: server.port, clock: tickingClock() };
    const messages = await readSource(run, catalog, undefined);
    return {
      records: messages.flatMap((one) => (one.type === 'RECORD' ? [one.record.data] : [])),
      states: messages.flatMap((one) => (one.type === 'STATE' ? [one.state.stream.stream_state] : [])),
    };
  } finally {
    await server.close();
  }
}

/** Objects of the protocol's Python models as the JSON that they become: without `None`, enums by their values. */
export function modelOf(value: unknown): unknown {
  if (isStub(value)) return modelOf(value.kwargs);
  if (Array.isArray(value)) return value.map(modelOf);
  if (typeof value !== 'object' || value === null) return value;
  if ('__enum__' in value) return String(value['__enum__']).replace(/^.*\./, '').replace('oauth2_0', 'oauth2.0');
  const kept = Object.entries(value).filter(([name, one]) => one !== null && name !== 'parameters');
  return Object.fromEntries(kept.map(([name, one]) => [name, modelOf(one)]));
}
