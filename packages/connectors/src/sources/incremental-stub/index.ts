import { z } from 'zod';
import { ConnectorError } from '../../kit/connector-error.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { anyKey, seed } from '../stub/config.ts';
import { breadcrumbOf, containerOf, containerStream } from '../stub/container.ts';
import { moment, NOUNS, personName, sentence, topic } from '../stub/content.ts';
import { seededRandom } from '../stub/seeded-random.ts';

const Config = z.object({
  entity_count: z.int().min(0).default(5).meta({
    title: 'Entity count',
    description: 'Raise it between two syncs, and the second finds the new records only.',
  }),
  seed,
});

const Row = z.object({
  stub_id: z.string(),
  title: z.string(),
  content: z.string(),
  author: z.string(),
  tags: z.array(z.string()),
  created_at: z.string(),
  modified_at: z.string(),
  sequence_number: z.int(),
});

/** The seed is part of it: records of another seed are other records. */
const Cursor = z.object({ seed: z.int(), last_entity_index: z.int().min(-1) });

const PAGE_ROWS = 1_000;

const containerFor = (config: z.output<typeof Config>) =>
  containerOf({
    prefix: 'inc-stub-container',
    title: 'Incremental Stub Container',
    description: `Incremental test container with ${config.entity_count} entities`,
    seed: config.seed,
    entityCount: config.entity_count,
  });

function recordAt(recordSeed: number, index: number): z.output<typeof Row> {
  const random = seededRandom(recordSeed, index);
  return {
    stub_id: `inc-stub-${recordSeed}-${index}`,
    title: `Stub ${topic(random)} #${index}`,
    content: `Incremental stub entity ${index} (seed=${recordSeed}). ${sentence(random, 10)}`,
    author: personName(random),
    tags: random.pickSome(NOUNS, 2),
    created_at: moment(random, index),
    modified_at: moment(random, index + 31),
    sequence_number: index,
  };
}

/** A source with a cursor: the first sync reads everything, later ones what was added since. */
export const incrementalStub = defineConnector(
  {
    id: 'incremental_stub',
    title: 'Incremental Stub',
    description: 'Makes up records from a seed and remembers how far it was read, for tests of incremental syncs.',
    labels: ['Internal', 'Testing'],
    internal: true,
    continuous: { everySeconds: 60 },
    auth: anyKey('stub_key', 'stub', 'Stub key'),
    config: Config,
    limits: { requestsPerMinute: 60_000, concurrency: 2 },
    check: ({ config }) => Promise.resolve({ account: `incremental stub seed ${config.seed}` }),
  },
  (stream) => ({
    containers: stream(containerStream('StubContainerEntity', containerFor)),
    entities: stream({
      title: 'Entities',
      entityType: 'SmallStubEntity',
      row: Row,
      cursor: Cursor,
      incremental: true,
      deletes: 'reported',
      primaryKey: ['stub_id'],
      cursorFields: ['sequence_number'],
      key: (row) => row.stub_id,
      describe: (row) => ({
        name: row.title,
        url: `stub://entity/${row.stub_id}`,
        createdAt: Date.parse(row.created_at),
        updatedAt: Date.parse(row.modified_at),
        breadcrumbs: [
          breadcrumbOf(
            containerFor({ seed: Number(row.stub_id.split('-').at(-2)), entity_count: 0 }),
            'StubContainerEntity',
          ),
        ],
      }),
      async *read({ config, signal }, since) {
        if (since && since.seed !== config.seed) {
          throw new ConnectorError('cursor_expired', 'The seed was changed, so all records are other ones.');
        }
        let next = (since?.last_entity_index ?? -1) + 1;
        while (next < config.entity_count) {
          signal.throwIfAborted();
          const end = Math.min(next + PAGE_ROWS, config.entity_count);
          const upserts = Array.from({ length: end - next }, (_, at) => recordAt(config.seed, next + at));
          yield { upserts, cursor: { seed: config.seed, last_entity_index: end - 1 } };
          next = end;
        }
      },
    }),
  }),
);
