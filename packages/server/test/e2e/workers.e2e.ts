import { timed } from '@tributary/connectors/sources/timed/index';
import { afterEach, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { sourceRecords } from '../harness/source-records.ts';
import { storedEntities } from '../harness/stored-entities.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

/** A lease of 2 s, and 5 s more. */
const takenOverWithinMs = 7_000;

/** Some thirty pages over three seconds. */
const config = { entity_count: 900, duration_seconds: 3 };

/** Records, texts and index of the collection are those of the source, and nothing else is in its file. */
async function expectEqual(collectionId: string, wanted: object = config): Promise<void> {
  const { payloads, problems } = storedEntities(cluster.dataDir, collectionId);
  expect(problems).toEqual([]);
  expect(payloads).toEqual(await sourceRecords(timed, wanted));
}

describe('1 kill -9 of a worker in the middle of a page:', () => {
  it('1 another one goes on from the last cursor within lease and five seconds, at random pages, and reads no page twice that was committed', async () => {
    cluster = await startCluster();
    await cluster.addWorker();
    await cluster.addWorker();
    for (const round of [0, 1, 2]) {
      const { id, collectionId } = await cluster.newSource('timed', { config });
      const pages = 1 + Math.floor(Math.random() * 22);
      const { id: jobId, lease_owner: owner } = await cluster.untilPages(id, pages);
      const victim = cluster.workers.find((one) => owner?.includes(`/${one.pid}/`));
      await victim?.kill();
      const killed = Date.now();
      await eventually('another worker to take over', async () => {
        const row = await cluster.jobRow(jobId);
        return row.lease_owner !== null && row.lease_owner !== owner ? true : undefined;
      });
      expect(Date.now() - killed).toBeLessThan(takenOverWithinMs);
      const job = await cluster.ended(id);
      expect(job, `round ${round}, after ${pages} pages`).toMatchObject({
        status: 'completed',
        entities_inserted: 901,
      });
      // What is read a second time after it was committed counts as kept.
      expect(await cluster.jobRow(jobId)).toMatchObject({ attempts: 2, kept: '0' });
      await expectEqual(collectionId);
      await cluster.addWorker();
    }
  });
});
