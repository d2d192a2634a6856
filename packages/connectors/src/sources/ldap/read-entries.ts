import type { Page } from '../../kit/page.ts';
import { reachOf } from './config.ts';
import type { LdapContext } from './config.ts';
import { changedSince, Latest, rulesOf } from './cursor.ts';
import type { LdapCursor } from './cursor.ts';
import { BINARY, keyOf, OPERATIONAL, rowOf, valueOf } from './entry.ts';
import type { EntryRow } from './entry.ts';
import { openDirectory } from './open-directory.ts';
import type { Directory, LdapEntry } from './open-directory.ts';
import { checkFilter, readingFilter, SCOPES } from './search-filter.ts';

type EntryPage = Page<EntryRow, LdapCursor>;

/** One read of the directory: what it asks with, and what it has seen. */
interface Run {
  readonly ctx: LdapContext;
  readonly directory: Directory;
  readonly filter: string;
  readonly latest: Latest;
  /** Keys of the entries that were read whole. */
  readonly read: Set<string>;
}

const KEYS_ONLY = ['entryUUID', 'objectGUID'];

/**
 * Reads all entries the first time; then those that changed, and names the rest as present, so that the engine can sweep what
 * is gone. Where the server does not tell when an entry changed, all are read every time.
 */
export async function* readEntries(ctx: LdapContext, since: LdapCursor | undefined): AsyncGenerator<EntryPage> {
  const reach = reachOf(ctx);
  const rules = rulesOf(ctx.config);
  const before = since?.rules === rules ? since.changed : undefined;
  const filter = readingFilter(ctx.config);
  await checkFilter(filter);
  const changed = before && changedSince(before);
  const directory = await openDirectory(reach);
  const run: Run = { ctx, directory, filter, latest: new Latest(before), read: new Set() };
  try {
    if (changed === undefined) yield* whole(run, ctx.config.baseDn, filter);
    else yield* changes(run, changed);
    yield { upserts: [], cursor: run.latest.cursor(rules), complete: true };
  } finally {
    await directory.close();
  }
}

/** Reads the entries below `base` whole, those that were not yet. */
async function* whole(run: Run, base: string, filter: string): AsyncGenerator<EntryPage> {
  const { config } = run.ctx;
  const attributes = [...(config.attributes.length === 0 ? ['*'] : config.attributes), ...OPERATIONAL];
  const search = { scope: SCOPES[config.searchScope], filter, attributes, explicitBufferAttributes: BINARY };
  for await (const entries of run.directory.search(base, { ...search, pageSize: config.page_size })) {
    const upserts: EntryRow[] = [];
    for (const entry of entries) {
      run.latest.saw(entry);
      const row = rowOf(entry, config);
      if (run.read.has(row.entry_key)) continue;
      run.read.add(row.entry_key);
      upserts.push(row);
    }
    if (upserts.length > 0) yield { upserts };
  }
}

async function* changes(run: Run, changed: string): AsyncGenerator<EntryPage> {
  const { config } = run.ctx;
  const moved = config.searchScope === 'SUBTREE' ? await changedContainers(run, changed) : [];
  yield* whole(run, config.baseDn, `(&${run.filter}${changed})`);
  // Whatever lies below a container that was renamed has another name now, and does not count as changed.
  for (const dn of moved) yield* whole(run, dn, run.filter);
  yield* present(run);
}

const CONTAINER = /^(organization|organizationalUnit|container|domain|country|locality|builtinDomain|dcObject)$/i;

function isContainer(entry: LdapEntry): boolean {
  const says = valueOf(entry, 'hasSubordinates');
  if (says !== undefined) return says.toUpperCase() === 'TRUE';
  return [entry['objectClass'] ?? []].flat().some((name) => typeof name === 'string' && CONTAINER.test(name));
}

async function changedContainers({ ctx, directory }: Run, changed: string): Promise<readonly string[]> {
  const { baseDn, page_size: pageSize } = ctx.config;
  const attributes = ['hasSubordinates', 'objectClass'];
  const found: string[] = [];
  for await (const entries of directory.search(baseDn, { scope: 'sub', filter: changed, attributes, pageSize }))
    found.push(...entries.filter(isContainer).map(({ dn }) => dn));
  return found;
}

async function* present({ ctx, directory, filter, read }: Run): AsyncGenerator<EntryPage> {
  const { baseDn, searchScope, page_size: pageSize } = ctx.config;
  const search = { scope: SCOPES[searchScope], filter, attributes: KEYS_ONLY, explicitBufferAttributes: BINARY };
  for await (const entries of directory.search(baseDn, { ...search, pageSize })) {
    const keys = entries.map(keyOf);
    yield { upserts: [], present: keys.filter((key) => !read.has(key)) };
  }
}
