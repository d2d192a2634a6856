import { z } from 'zod';
import { defineConnector } from '../../kit/define-connector.ts';
import { anyKey, seed } from '../stub/config.ts';
import { breadcrumbOf, containerOf, containerStream } from '../stub/container.ts';
import { moment, NOUNS, personName, topic } from '../stub/content.ts';
import { seededRandom } from '../stub/seeded-random.ts';
import { exceptionTypes, simulatedFailure } from './simulated-failure.ts';

const Config = z.object({
  entity_count: z
    .int()
    .min(1)
    .default(10)
    .meta({ title: 'Entity count', description: 'The container is one of them.' }),
  seed,
  exception_type: z.enum(exceptionTypes).default('runtime_error').meta({ title: 'Exception type' }),
  auth_provider_kind: z
    .enum(['oauth', 'static', 'credential', 'auth_provider'])
    .default('oauth')
    .meta({ title: 'Auth provider kind', description: 'Accepted for compatibility; it changes nothing here.' }),
  trigger_after: z.int().min(-1).default(5).meta({
    title: 'Trigger after',
    description: 'Records before the failure; -1 after the last; entity_count or more never.',
  }),
  error_message: z.string().nullish().meta({ title: 'Error message' }),
  poison_index: z.int().min(0).nullish().meta({
    title: 'Poison index',
    description: 'The record that fills the memory of whoever describes it, until the process dies.',
  }),
  fail_on_validate: z.boolean().default(false).meta({ title: 'Fail on validate' }),
});
type Config = z.output<typeof Config>;

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

const PAGE_ROWS = 1_000;

const containerFor = ({ seed: recordSeed, entity_count }: Pick<Config, 'seed' | 'entity_count'>) =>
  containerOf({
    prefix: 'exception-stub-container',
    title: 'Exception Stub Container',
    description: `Exception test container with ${entity_count} entities`,
    seed: recordSeed,
    entityCount: entity_count,
  });

/** How many records are yielded beside the container before the failure. */
const triggerOf = (config: Config): number =>
  config.trigger_after === -1 ? config.entity_count - 1 : config.trigger_after;

function failure(config: Config): Error {
  const usual = `[ExceptionStub] ${config.exception_type} triggered after ${triggerOf(config)} entities (simulated failure)`;
  return simulatedFailure(config.exception_type, config.error_message ?? usual);
}

const POISON = 'Whoever reads this runs out of memory.';

/** Takes memory until there is none left. */
function fillMemory(): never {
  for (let taken: unknown[] = []; ;) taken = [taken, Array.from({ length: 100_000 }, () => ({}))];
}

function recordAt({ seed: recordSeed, poison_index }: Config, index: number): z.output<typeof Row> {
  const random = seededRandom(recordSeed, index);
  return {
    stub_id: `exception-stub-${recordSeed}-${index}`,
    title: `Stub ${topic(random)}`,
    content: index === poison_index ? POISON : `Test entity ${index} for exception stub (seed=${recordSeed})`,
    author: personName(random),
    tags: random.pickSome(NOUNS, 2),
    created_at: moment(random, index),
    modified_at: moment(random, index + 1),
    sequence_number: index,
  };
}

/** Yields some records and then fails in the way that it was told to, for tests of how failures are shown. */
export const exceptionStub = defineConnector(
  {
    id: 'exception_stub',
    title: 'Exception Stub',
    description: 'Makes up some records and then fails in a chosen way, for tests.',
    labels: ['Internal', 'Testing'],
    internal: true,
    auth: anyKey('stub_key', 'stub', 'Stub key'),
    config: Config,
    // One stream after the other: the container comes before the failure.
    limits: { requestsPerMinute: 60_000, concurrency: 1 },
    async check({ config }) {
      if (config.fail_on_validate) throw failure(config);
      return { account: `exception stub seed ${config.seed}` };
    },
  },
  (stream) => ({
    containers: stream(containerStream('StubContainerEntity', containerFor)),
    entities: stream({
      title: 'Entities',
      entityType: 'SmallStubEntity',
      row: Row,
      primaryKey: ['stub_id'],
      key: (row) => row.stub_id,
      describe(row) {
        if (row.content === POISON) fillMemory();
        const container = containerFor({ seed: Number(row.stub_id.split('-').at(-2)), entity_count: 0 });
        return {
          name: row.title,
          createdAt: Date.parse(row.created_at),
          updatedAt: Date.parse(row.modified_at),
          breadcrumbs: [breadcrumbOf(container, 'StubContainerEntity')],
        };
      },
      async *read({ config, signal }) {
        const trigger = triggerOf(config);
        const count = Math.min(trigger, config.entity_count - 1);
        for (let next = 0; next < count; next += PAGE_ROWS) {
          signal.throwIfAborted();
          const rows = Math.min(PAGE_ROWS, count - next);
          yield { upserts: Array.from({ length: rows }, (_, at) => recordAt(config, next + at)) };
        }
        if (trigger < config.entity_count) throw failure(config);
      },
    }),
  }),
);
