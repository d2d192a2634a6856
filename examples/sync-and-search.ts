/**
 * Reads a folder into a collection and searches it.
 *
 *   TRIBUTARY_API_KEY=trib_… node examples/sync-and-search.ts /srv/notes "how do we deploy"
 *
 * The service must allow the folder: start it with TRIBUTARY_FILE_ROOTS=/srv/notes.
 */
import { TributaryClient } from '@tributary/sdk/client';

const [folder, query] = process.argv.slice(2);
const apiKey = process.env['TRIBUTARY_API_KEY'];
if (!folder || !query || !apiKey)
  throw new Error('usage: TRIBUTARY_API_KEY=… node sync-and-search.ts <folder> <query>');

const tributary = new TributaryClient({ url: process.env['TRIBUTARY_URL'] ?? 'http://127.0.0.1:8787', apiKey });

const collection = await tributary.collections.create({ name: 'Notes' });
const notes = await tributary.sourceConnections.create({
  short_name: 'files',
  readable_collection_id: collection.readable_id,
  config: { path: folder, include: ['**/*.md'] },
});

const job = notes.sync?.last_job;
if (!job) throw new Error('no sync was started');
for await (const progress of tributary.sourceConnections.follow(job.id))
  console.log(`${progress.status}: ${progress.inserted} documents read`);

for (const hit of await tributary.collections.search(collection.readable_id, { query, limit: 3 }))
  console.log(`${hit.name}  ${hit.web_url}`);
