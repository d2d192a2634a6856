import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

/** The least that a durable PATCH can do: one update and one insert in one transaction, WAL, synchronous=FULL. */
const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
const db = new Database(join(folder, 'bare.sqlite'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`create table thing (id integer primary key, description text, modified_at integer);
  create table audit (id integer primary key, thing integer, at integer); insert into thing (id) values (1)`);
const update = db.prepare('update thing set description = ?, modified_at = ? where id = ? returning *');
const insert = db.prepare('insert into audit (thing, at) values (?, ?)');
const change = db.transaction((id: number, description: string) => {
  insert.run(id, Date.now());
  return update.get(description, Date.now(), id);
});

const app = Fastify();
app.patch<{ Params: { id: string }; Body: { description: string } }>('/things/:id', (request) =>
  change.immediate(Number(request.params.id), request.body.description),
);
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
process.once('SIGTERM', () => {
  void app.close().then(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
});
