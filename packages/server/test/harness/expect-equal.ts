import { isDeepStrictEqual } from 'node:util';
import type { Connector } from '@tributary/connectors/kit/connector';
import { expect } from 'vitest';
import { sourceRecords } from './source-records.ts';
import { storedEntities } from './stored-entities.ts';

/** Records that a failure shows of each kind. */
const SHOWN = 5;

/** Insists that records, texts and index of a collection are those of its source, and that nothing else is in its file. */
export async function expectEqual(
  place: { readonly dataDir: string; readonly collectionId: string },
  source: { readonly connector: Connector; readonly config: object },
  hint = '',
): Promise<void> {
  const { payloads, problems } = storedEntities(place.dataDir, place.collectionId);
  const records = await sourceRecords(source.connector, source.config);
  const difference = {
    problems,
    lost: [...records.keys()].filter((key) => !payloads.has(key)).slice(0, SHOWN),
    ghosts: [...payloads.keys()].filter((key) => !records.has(key)).slice(0, SHOWN),
    stale: [...payloads]
      .filter(([key, fields]) => records.has(key) && !isDeepStrictEqual(fields, records.get(key)))
      .slice(0, SHOWN),
  };
  expect(difference, hint).toEqual({ problems: [], lost: [], ghosts: [], stale: [] });
}
