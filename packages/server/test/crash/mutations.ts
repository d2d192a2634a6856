import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

interface Edit {
  /** Below `packages/server/src`. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly from: string;
  readonly to: string;
}

/**
 * Ways to break the promise of a sync, each by an edit of the real source when a worker loads it. A harness that stays green
 * with one of them proves nothing.
 */
export const mutations = {
  /** A worker that lost its lease writes all the same. */
  fence: [
    {
      file: 'collection-store/sqlite/source-row.ts',
      from: 'if (source?.fence === fence) return source;',
      to: 'if (source) return source;',
    },
  ],
  /** The cursor is committed before the page that it stands behind. */
  cursor: [
    {
      file: 'collection-store/sqlite/apply-page.ts',
      from: 'function writeCursor(',
      to: 'export function writeCursor(',
    },
    {
      file: 'collection-store/sqlite/source-writer.ts',
      from: "import { applyPage } from './apply-page.ts';",
      to: "import { applyPage, writeCursor } from './apply-page.ts'; import { upsertStream } from './streams.ts';",
    },
    {
      file: 'collection-store/sqlite/source-writer.ts',
      from: '  apply(page: StorePage): Promise<Applied> {',
      to: `  async apply(page: StorePage): Promise<Applied> {
    await this.#transaction('apply', (db, source) =>
      writeCursor(db, upsertStream(db, source.id, page.stream, page.entityType), page));`,
    },
  ],
  /** A record is inserted although its key is there. */
  dedup: [
    {
      file: 'collection-store/sqlite/apply-page.ts',
      from: 'const entity = known.get(key);\n    if (!entity) added',
      to: 'const entity = undefined;\n    if (!entity) added',
    },
    {
      file: 'collection-store/sqlite/schema.ts',
      from: '  chunks INTEGER NOT NULL,\n  UNIQUE (stream, key)\n',
      to: '  chunks INTEGER NOT NULL\n',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Edit[]>>;
export type Mutation = keyof typeof mutations;

const sourceRoot = new URL('../../src/', import.meta.url);

export const isMutation = (name: string): name is Mutation => Object.hasOwn(mutations, name);

/** Throws when an edit does not fit the source any more. */
export function assertMutationFits(name: Mutation): void {
  const files = Map.groupBy<string, Edit>(mutations[name], (edit) => edit.file);
  for (const [file, edits] of files) mutated(readFileSync(new URL(file, sourceRoot), 'utf8'), edits);
}

/** Edits what this process loads from now on. */
export function mutate(name: Mutation): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const edits = mutations[name].filter((edit) => new URL(edit.file, sourceRoot).href === url);
      if (edits.length === 0 || loaded.source === undefined) return loaded;
      const text =
        typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: mutated(text, edits) };
    },
  });
}

function mutated(text: string, edits: readonly Edit[]): string {
  return edits.reduce((edited, { file, from, to }) => {
    const found = edited.split(from).length - 1;
    if (found !== 1) throw new Error(`${file} has ${found} places like '${from}', one was expected`);
    return edited.replace(from, () => to);
  }, text);
}
