import { z } from 'zod';
import type { Breadcrumb, RecordDescription } from '../../kit/connector.ts';
import type { StreamDeclaration } from '../../kit/define-connector.ts';
import { FIRST_MOMENT } from './content.ts';

/** The one record that holds all others of a test source. */
export const Container = z.object({
  container_id: z.string(),
  container_name: z.string(),
  description: z.string(),
  created_at: z.string(),
  seed: z.int(),
  entity_count: z.int(),
});
export type Container = z.output<typeof Container>;

export interface ContainerFacts {
  /** Identifier before the seed, for example `stub-container`. */
  readonly prefix: string;
  readonly title: string;
  readonly description: string;
  readonly seed: number;
  readonly entityCount: number;
}

export function containerOf({ prefix, title, description, seed, entityCount }: ContainerFacts): Container {
  return {
    container_id: `${prefix}-${seed}`,
    container_name: `${title} (seed=${seed})`,
    description,
    created_at: FIRST_MOMENT,
    seed,
    entity_count: entityCount,
  };
}

function describeContainer(row: Container): RecordDescription {
  return {
    name: row.container_name,
    url: `stub://container/${row.container_id}`,
    createdAt: Date.parse(row.created_at),
  };
}

export function breadcrumbOf(row: Container, type: string): Breadcrumb {
  return { id: row.container_id, name: row.container_name, type };
}

/** The stream that yields the container alone; every test source has one. */
export function containerStream<Config>(
  entityType: string,
  containerFor: (config: Config) => Container,
): StreamDeclaration<{ readonly config: Config }, Container, never> {
  return {
    title: 'Containers',
    entityType,
    row: Container,
    primaryKey: ['container_id'],
    key: (row) => row.container_id,
    describe: describeContainer,
    async *read({ config }) {
      yield { upserts: [containerFor(config)] };
    },
  };
}
