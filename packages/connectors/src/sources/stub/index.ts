import type { z } from 'zod';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { defineConnector, type StreamDeclaration } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { anyKey, StubConfig } from './config.ts';
import { breadcrumbOf, containerOf, containerStream } from './container.ts';
import type { Kind } from './kind.ts';
import { Position, readKind } from './read-kind.ts';
import { recipes, type StubRow } from './records.ts';

const auth = anyKey('stub_key', 'stub', 'Stub key');
type Context = ConnectorContext<StubConfig, CredentialsOf<typeof auth>>;

const container = (config: StubConfig) =>
  containerOf({
    prefix: 'stub-container',
    title: 'Stub Container',
    description: `Test container with ${config.entity_count} entities`,
    seed: config.seed,
    entityCount: config.entity_count,
  });

/** The seed is the middle of `small-42-7`. */
const seedOf = (stubId: string): number => Number(/-(-?\d+)-\d+$/.exec(stubId)?.[1]);

function describeRecord(kind: Kind, row: StubRow<Kind>): RecordDescription {
  const parent = containerOf({
    prefix: 'stub-container',
    title: 'Stub Container',
    description: '',
    seed: seedOf(row.stub_id),
    entityCount: 0,
  });
  return {
    name: 'title' in row ? row.title : row.file_name,
    url: `stub://${kind.replace('_', '-')}/${row.stub_id}`,
    createdAt: Date.parse(row.created_at),
    updatedAt: Date.parse(row.modified_at),
    breadcrumbs: [breadcrumbOf(parent, 'StubContainerEntity')],
  };
}

/** A file's text is searched; its fields say what it is. */
function withoutContent(row: JsonObject): JsonObject {
  const { content: _, ...rest } = row;
  return rest;
}

function fileText(row: StubRow<'small_file' | 'large_file' | 'code_file'>): string {
  return `${row.file_name}\n${row.description}\n\n${row.content}`;
}

function kindStream<K extends Kind>(
  kind: K,
  title: string,
  entityType: string,
): StreamDeclaration<Context, StubRow<K>, Position> {
  return {
    title,
    entityType,
    row: recipes[kind].schema as unknown as z.ZodType<StubRow<K>>,
    cursor: Position,
    primaryKey: ['stub_id'],
    key: (row) => row.stub_id,
    describe: (row) => describeRecord(kind, row),
    read: (ctx, since) => readKind(kind, ctx, since),
  };
}

const fileParts = { text: fileText, fields: withoutContent };

/** Makes up records from a seed; nothing outside is asked. For tests of everything that comes after a source. */
export const stub = defineConnector(
  {
    id: 'stub',
    title: 'Stub',
    description: 'Makes up records of several sizes from a seed, for tests.',
    labels: ['Internal', 'Testing'],
    internal: true,
    auth,
    config: StubConfig,
    // One stream after the other: only so do `fail_after` and the delay mean what they say.
    limits: { requestsPerMinute: 60_000, concurrency: 1 },
    check: ({ config }) => Promise.resolve({ account: `stub seed ${config.seed}` }),
  },
  (stream) => ({
    containers: stream(containerStream('StubContainerEntity', container)),
    small_entities: stream(kindStream('small', 'Small entities', 'SmallStubEntity')),
    medium_entities: stream(kindStream('medium', 'Medium entities', 'MediumStubEntity')),
    large_entities: stream(kindStream('large', 'Large entities', 'LargeStubEntity')),
    small_files: stream({ ...kindStream('small_file', 'Small files', 'SmallStubFileEntity'), ...fileParts }),
    large_files: stream({ ...kindStream('large_file', 'Large files', 'LargeStubFileEntity'), ...fileParts }),
    code_files: stream({ ...kindStream('code_file', 'Code files', 'CodeStubFileEntity'), ...fileParts }),
  }),
);
