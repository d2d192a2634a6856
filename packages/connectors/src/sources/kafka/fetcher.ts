import type { Consumer, RecordsBatch } from '@platformatic/kafka';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Place } from './draft.ts';

const WAIT_MS = 500;
const MOST_BYTES = 4_000_000;
/** Markers of transactions, which are no messages (KIP-98). */
const CONTROL = 0b100000;
const COMMITTED = 1;

/** Batches of one partition. */
export interface Fetcher {
  /** The cluster's id of the topic; `''` when it has none. */
  readonly topicId: string;
  /** Batches from `offset` on; none after half a second without one. The first may begin before it. */
  readFrom(offset: bigint): Promise<readonly RecordsBatch[]>;
}

const NO_ID = /^[0-]*$/;

export async function createFetcher(consumer: Consumer, { topic, partition }: Place): Promise<Fetcher> {
  consumer.topics.track(topic);
  const cluster = await consumer.metadata({ topics: [topic] });
  const known = cluster.topics.get(topic);
  const place = known?.partitions[partition];
  if (!known || !place) throw new ConnectorError('configuration', `${topic} has no partition ${partition} any more.`);
  // Older brokers know topics by their names only.
  const topicId = typeof known.id === 'string' && !NO_ID.test(known.id) ? known.id : '';
  return {
    topicId,
    async readFrom(offset) {
      const metadata = await consumer.metadata({ topics: [topic] });
      const { responses } = await consumer.fetch({
        node: metadata.topics.get(topic)?.partitions[partition]?.leader ?? place.leader,
        maxWaitTime: WAIT_MS,
        minBytes: 1,
        maxBytes: MOST_BYTES,
        isolationLevel: COMMITTED,
        topics: [
          {
            topicId: topicId === '' ? topic : topicId,
            partitions: [
              {
                partition,
                currentLeaderEpoch: -1,
                fetchOffset: offset,
                lastFetchedEpoch: -1,
                partitionMaxBytes: MOST_BYTES,
              },
            ],
          },
        ],
      });
      const batches = responses.flatMap((one) => one.partitions).flatMap((one) => one.records ?? []);
      return batches.map((batch) => ((batch.attributes & CONTROL) === 0 ? batch : { ...batch, records: [] }));
    },
  };
}
