import type { Connector } from '@tributary/connectors/kit/connector';
import { expect } from 'vitest';
import { sourceRecords } from './source-records.ts';
import { storedEntities } from './stored-entities.ts';

/** Insists that records, texts and index of a collection are those of its source, and that nothing else is in its file. */
export async function expectEqual(
  place: { readonly dataDir: string; readonly collectionId: string },
  source: { readonly connector: Connector; readonly config: object },
  hint = '',
): Promise<void> {
  const { payloads, problems } = storedEntities(place.dataDir, place.collectionId);
  expect(problems, hint).toEqual([]);
  expect(payloads, hint).toEqual(await sourceRecords(source.connector, source.config));
}
