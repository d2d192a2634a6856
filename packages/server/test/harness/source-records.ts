import type { Connector } from '@tributary/connectors/kit/connector';
import { probeContext, readPages, rowsByKey } from '@tributary/connectors/testing/connector-probe';

/** What a collection that equals the source holds, by key: read with the connector itself, without a service. */
export async function sourceRecords(connector: Connector, config: object): Promise<Map<string, object>> {
  const credentials = connector.id === 'timed' ? { timed_key: 'key' } : { stub_key: 'key' };
  const records = new Map<string, object>();
  for (const stream of await connector.discover(probeContext(connector, { config, credentials })))
    for (const [key, row] of rowsByKey(stream, await readPages(stream))) records.set(key, stream.fields?.(row) ?? row);
  return records;
}
