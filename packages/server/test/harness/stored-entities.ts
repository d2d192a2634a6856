import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * What a collection of a data directory holds, by key: read from its file, past every layer of the service. The only one
 * unless its id is given.
 */
export function storedEntities(
  dataDir: string,
  collectionId?: string,
): {
  readonly payloads: Map<string, Record<string, unknown>>;
  readonly problems: string[];
} {
  const folder = join(dataDir, 'collections');
  const [file, ...others] = readdirSync(folder).filter(
    (name) => name.endsWith('.sqlite') && (collectionId === undefined || name === `${collectionId}.sqlite`),
  );
  if (file === undefined || others.length > 0) throw new Error(`expected one collection in ${folder}`);
  const db = new Database(join(folder, file), { readonly: true });
  try {
    const rows = db
      .prepare('select entity.key, body.payload from entity left join body on body.id = entity.id')
      .all() as { key: string; payload: string | null }[];
    const problems: string[] = [];
    const count = (sql: string): number => Number((db.prepare(sql).pluck().get() as number | undefined) ?? 0);
    if (rows.some((row) => row.payload === null)) problems.push('an entity has no body');
    if (count('select count(*) from body where id not in (select id from entity)') > 0)
      problems.push('a body has no entity');
    if (count('select count(*) from chunk where entity not in (select id from entity)') > 0)
      problems.push('a chunk has no entity');
    if (count('select count(*) from chunk') !== count('select count(*) from chunk_fts'))
      problems.push('chunks and full text differ');
    const payloads = new Map(rows.map((row) => [row.key, JSON.parse(row.payload ?? '{}') as Record<string, unknown>]));
    if (payloads.size !== rows.length) problems.push('a key is stored twice');
    return { payloads, problems };
  } finally {
    db.close();
  }
}
