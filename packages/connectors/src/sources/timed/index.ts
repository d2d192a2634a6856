import { z } from 'zod';
import { defineConnector } from '../../kit/define-connector.ts';
import { anyKey, seed } from '../stub/config.ts';
import { breadcrumbOf, containerOf, containerStream } from '../stub/container.ts';
import { moment, sentence, topic } from '../stub/content.ts';
import { seededRandom } from '../stub/seeded-random.ts';

const Config = z.object({
  entity_count: z
    .int()
    .min(0)
    .default(100)
    .meta({ title: 'Entity count', description: 'Records beside the container.' }),
  duration_seconds: z
    .number()
    .min(0)
    .default(10)
    .meta({ title: 'Duration', description: 'Seconds over which the records are spread evenly.' }),
  seed,
});
type Config = z.output<typeof Config>;

const Row = z.object({
  entity_id: z.string(),
  name: z.string(),
  content: z.string(),
  created_at: z.string(),
  sequence_number: z.int(),
});

const PAGE_ROWS = 1_000;
/** A page waits no longer than this for its last record. */
const PAGE_MS = 100;

const containerFor = ({ seed: recordSeed, entity_count, duration_seconds }: Config) =>
  containerOf({
    prefix: 'timed-container',
    title: 'Timed Container',
    description: `Timed test container: ${entity_count} entities over ${duration_seconds}s`,
    seed: recordSeed,
    entityCount: entity_count,
  });

function recordAt(config: Config, index: number): z.output<typeof Row> {
  const random = seededRandom(config.seed, index);
  const name = topic(random);
  return {
    entity_id: `timed-${config.seed}-${index}`,
    name: `Timed ${name} #${index + 1}`,
    content: `Timed record ${index + 1} of ${config.entity_count}, seed ${config.seed}. ${sentence(random, 12)}`,
    created_at: moment(random, index),
    sequence_number: index,
  };
}

/** Spreads its records over a time, for tests of what happens while a sync runs. */
export const timed = defineConnector(
  {
    id: 'timed',
    title: 'Timed',
    description: 'Makes up records and spreads them evenly over some seconds, for tests.',
    labels: ['Internal', 'Testing'],
    internal: true,
    auth: anyKey('timed_key', 'timed', 'Timed key'),
    config: Config,
    limits: { requestsPerMinute: 60_000, concurrency: 2 },
    check: ({ config }) => Promise.resolve({ account: `timed seed ${config.seed}` }),
  },
  (stream) => ({
    containers: stream(containerStream('TimedContainerEntity', containerFor)),
    entities: stream({
      title: 'Entities',
      entityType: 'TimedEntity',
      row: Row,
      cursor: z.object({ next: z.int().min(0) }),
      primaryKey: ['entity_id'],
      key: (row) => row.entity_id,
      describe: (row) => ({
        name: row.name,
        url: `stub://timed/${row.entity_id}`,
        createdAt: Date.parse(row.created_at),
        breadcrumbs: [
          breadcrumbOf(
            containerFor({ seed: Number(row.entity_id.split('-').at(-2)), entity_count: 0, duration_seconds: 0 }),
            'TimedContainerEntity',
          ),
        ],
      }),
      async *read({ config, clock, signal }, since) {
        const count = config.entity_count;
        const gapMs = count > 1 ? (config.duration_seconds * 1_000) / count : 0;
        const pageRows = gapMs > 0 ? Math.max(1, Math.min(PAGE_ROWS, Math.floor(PAGE_MS / gapMs))) : PAGE_ROWS;
        const first = since?.next ?? 0;
        const started = clock.now();
        for (let next = first; next < count; next += pageRows) {
          // Against the start, not the last page: small lateness must not add up over a million records.
          const early = started + (next - first) * gapMs - clock.now();
          if (early > 0) await clock.sleep(early, signal);
          signal.throwIfAborted();
          const rows = Math.min(pageRows, count - next);
          const upserts = Array.from({ length: rows }, (_, at) => recordAt(config, next + at));
          yield { upserts, cursor: { next: next + rows } };
        }
        const rest = started + (count - 1 - first) * gapMs - clock.now();
        if (rest > 0) await clock.sleep(rest, signal);
      },
    }),
  }),
);
