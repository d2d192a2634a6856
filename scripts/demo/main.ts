import { join } from 'node:path';
import { realpath } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import type { SearchResult, SourceConnection } from '@tributary/sdk/model';
import { changeDocuments, copyDocuments, packageOf, type Documents } from './documents.ts';
import { Narrator } from './narrator.ts';
import { changePackageTables, createPackageTables } from './package-tables.ts';
import { startService, type RunningService } from './service-process.ts';
import { Stage, STOPPED } from './stage.ts';
import { expectChanges, followSync, showSyncs, type SyncedSource } from './sync.ts';

const DOCUMENTS = 'Package documentation';
const TABLES = 'Package tables';
const QUERIES = ['retry with exponential backoff', 'parse command line arguments', 'MIT licence'];

/** What the steps of the demo share. */
interface Scene {
  readonly narrator: Narrator;
  readonly service: RunningService;
  readonly collection: string;
  readonly documents: Documents;
  readonly postgres: RunningPostgres;
  readonly databaseUrl: string;
  readonly rows: number;
}

async function timed<T>(work: Promise<T>): Promise<readonly [result: T, milliseconds: number]> {
  const start = performance.now();
  return [await work, performance.now() - start];
}

async function setUp(stage: Stage, narrator: Narrator): Promise<Scene> {
  narrator.heading('Start a PostgreSQL to read from, and the service');
  const docs = join(await realpath(stage.folder), 'docs');
  const [postgres, postgresMs] = await timed(startPostgres());
  stage.defer(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase('packages');
  const counts = await createPackageTables(databaseUrl);
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  narrator.timed(`PostgreSQL   ${postgres.host}:${postgres.port}`, postgresMs);
  const documents = await copyDocuments(docs);
  stage.signal.throwIfAborted();
  const [service, serviceMs] = await timed(startService(stage, docs));
  narrator.timed(`Tributary    ${service.url}`, serviceMs);
  const tables = Object.entries(counts).map(([table, count]) => `${count} ${table}`);
  narrator.line(`package-lock.json as ${tables.length} related tables with ${rows} rows: ${tables.join(', ')}`);
  const { paths, packages } = documents;
  narrator.line(
    `node_modules: ${paths.length} documents of ${packages} packages, copied so that the demo can change some`,
  );
  const { readable_id: collection } = await service.client.collections.create({ name: 'Installed packages' });
  return { narrator, service, collection, documents, postgres, databaseUrl, rows };
}

async function connect(scene: Scene): Promise<readonly [docs: SourceConnection, tables: SourceConnection]> {
  const { service, collection, documents, postgres } = scene;
  const { sourceConnections } = service.client;
  const shared = { readable_collection_id: collection, sync_immediately: false, schedule: { cron: null } };
  const docs = await sourceConnections.create({
    ...shared,
    short_name: 'files',
    name: DOCUMENTS,
    // Packages bring packages of their own in folders that are left out by default.
    config: { path: documents.folder, include: ['**/*.md', '**/*.MD'], exclude: [] },
  });
  const tables = await sourceConnections.create({
    ...shared,
    short_name: 'postgres',
    name: TABLES,
    config: { host: postgres.host, port: postgres.port, database: 'packages', sslmode: 'disable' },
    authentication: { credentials: { username: postgres.user, password: postgres.password } },
  });
  return [docs, tables];
}

async function syncBoth(
  scene: Scene,
  sources: readonly SourceConnection[],
  totals: readonly number[],
): Promise<SyncedSource[]> {
  const { narrator, service } = scene;
  const { client } = service;
  const syncs: SyncedSource[] = [];
  for (const [index, source] of sources.entries()) {
    const job = await client.sourceConnections.run(source.id);
    syncs.push(await followSync(job, { client, narrator, label: source.name, total: totals[index] ?? 0 }));
  }
  showSyncs(narrator, syncs);
  return syncs;
}

async function search(
  { service, collection, narrator }: Scene,
  query: string,
  show = 3,
): Promise<readonly SearchResult[]> {
  const [results, took] = await timed(service.client.collections.search(collection, { query, limit: 100 }));
  narrator.results(query, results.slice(0, show), took);
  return results;
}

const mentions = (results: readonly SearchResult[], text: string) =>
  results.some((result) => result.entity_id.includes(text) || result.name === text);

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${what}: that does not hold`);
}

/** The document to delete: one that can be looked for by its package's name. */
function victimOf({ paths }: Documents): string {
  const wanted = ['fast-check/README.md', 'commander/Readme.md', 'zod/README.md'].find((path) => paths.includes(path));
  const victim = wanted ?? paths[0];
  if (victim === undefined) throw new Error('node_modules has no documentation; run npm ci first');
  return victim;
}

async function play(scene: Scene): Promise<void> {
  const { narrator, documents, rows } = scene;
  narrator.heading('Connect both to one collection, and sync');
  const sources = await connect(scene);
  const first = await syncBoth(scene, sources, [documents.paths.length, rows]);
  for (const [index, inserted] of [documents.paths.length, rows].entries()) {
    const sync = first[index];
    if (sync) expectChanges(sync, { inserted, updated: 0, deleted: 0 });
  }
  narrator.holds('every document and every row is in the collection, once');

  narrator.heading('Search');
  for (const query of QUERIES) must((await search(scene, query)).length > 0, `“${query}” finds something`);
  const victim = victimOf(documents);
  const victimPackage = packageOf(victim);
  must(mentions(await search(scene, victimPackage, 2), victim), `“${victimPackage}” finds ${victim}`);

  narrator.heading('Change both sources');
  const changedDocuments = await changeDocuments(documents, victim);
  const changedRows = await changePackageTables(scene.databaseUrl, victimPackage, changedDocuments.newWord);
  const changes = [changedDocuments, changedRows];
  showChanges(narrator, changes);

  narrator.heading('Sync again');
  const second = await syncBoth(scene, sources, [documents.paths.length, rows]);
  for (const [index, sync] of second.entries()) {
    const wanted = changes[index];
    if (wanted) expectChanges(sync, wanted);
  }
  narrator.holds('exactly these changes were found; nothing else was written');

  narrator.heading('Search again');
  const { newWord } = changedDocuments;
  const found = await search(scene, newWord, 3);
  must(mentions(found, 'tuned-percussion/README.md'), `“${newWord}” finds the new document`);
  must(
    found.some((result) => result.airweave_system_metadata.source_name === 'postgres'),
    `“${newWord}” finds the new row`,
  );
  const gone = await search(scene, victimPackage, 2);
  must(!mentions(gone, victim), `${victim} is no longer found`);
  narrator.terminal.out('\n');
  narrator.holds(`the new document and the new row are found; ${victim} and its rows are gone`);
}

function showChanges(
  narrator: Narrator,
  changes: readonly { inserted: number; updated: number; deleted: number }[],
): void {
  narrator.table(
    [
      { title: 'SOURCE', value: ([label]) => label },
      { title: 'ADDED', align: 'right', value: ([, change]) => change.inserted },
      { title: 'CHANGED', align: 'right', value: ([, change]) => change.updated },
      { title: 'DELETED', align: 'right', value: ([, change]) => change.deleted },
    ],
    changes.map((change, index) => [index === 0 ? DOCUMENTS : TABLES, change] as const),
  );
}

/** Leaves everything running until Ctrl-C. */
async function keep({ narrator, service, collection, databaseUrl }: Scene, signal: AbortSignal): Promise<void> {
  narrator.heading('Kept running, until Ctrl-C');
  narrator.line(`export TRIBUTARY_URL=${service.url}`);
  narrator.line(`export TRIBUTARY_API_KEY=${service.apiKey}`);
  narrator.line(`npx tributary search ${collection} "retry"`);
  narrator.line(`PostgreSQL: ${databaseUrl}`);
  const idle = setInterval(() => undefined, 2 ** 30);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(idle);
}

/** Whether `--keep` was given; `undefined` for anything else, which has then been told. */
function readArguments(): boolean | undefined {
  try {
    return parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values.keep;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`${why}\nUsage: npm run demo [-- --keep]`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const keepRunning = readArguments();
  if (keepRunning === undefined) return 2;
  const start = performance.now();
  await using stage = await Stage.open();
  const narrator = new Narrator(stage.signal);
  try {
    const scene = await setUp(stage, narrator);
    await play(scene);
    narrator.terminal.out('\n');
    narrator.timed('Everything', performance.now() - start);
    if (keepRunning) await keep(scene, stage.signal);
    return 0;
  } catch (error) {
    const stopped = stage.signal.reason === STOPPED;
    if (stopped) narrator.terminal.err('\nStopped.\n');
    else narrator.failed(stage.signal.reason ?? error);
    return stopped ? 130 : 1;
  }
}

process.exitCode = await main();
