import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, settings } from '../config.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Millis } from '../control/schema.ts';
import type { Clock } from '../lib/clock.ts';

export interface DataDirectoryBond {
  /** Says that this process does not use the directory any more. */
  release(): void;
}

export interface BondNeeds {
  readonly control: ControlStore;
  readonly dataDir: string;
  readonly clock: Clock;
  /** This machine's name, see `machine.ts`. */
  readonly machine: string;
  /** A service makes the directory's identity and binds a fresh control store to it; a worker must find both. */
  readonly role: 'service' | 'worker';
  /** Another machine has taken the control store over, because this one was silent for too long: stop at once. */
  readonly onLost: () => void;
}

/** Every process says so often that its machine works on the directory. */
const BEAT_MS = 3_000;
/** A machine that was silent for so long is gone. */
const GONE_AFTER_MS = 10_000;
/** Nobody needs to watch a machine that was last seen so long ago; the clocks of two machines do not differ by as much. */
const FORGOTTEN_AFTER_MS = 300_000;
const LOOK_EVERY_MS = 250;

/**
 * Binds a shared control store to the one data directory that holds its collections, and to one machine at a time:
 * collections are files, and SQLite's log is shared memory, so a second machine would read and write other ones. The
 * directory is known by a file in it, the machine by its boot. A machine that was heard of lately is watched for some
 * seconds: when it is silent, this one takes over. Throws
 * `ConfigError` with words about what to do.
 */
export async function bindDataDirectory(needs: BondNeeds): Promise<DataDirectoryBond> {
  const id = identityOf(needs);
  for (;;) {
    const row = await needs.control.transaction((tx) => find(tx, needs, id));
    if (row.id !== id) throw otherDirectory(needs.dataDir);
    if (row.machine === needs.machine) return keepBond(needs);
    await takeOver(needs, row);
  }
}

interface Row {
  readonly id: string;
  readonly machine: string;
  readonly seen_at: Millis;
}

function read(db: Queryable): Promise<Row | undefined> {
  return db.selectFrom('data_directory').select(['id', 'machine', 'seen_at']).executeTakeFirst();
}

/** The row, which a service makes when there is none. */
async function find(tx: Queryable, needs: BondNeeds, id: string): Promise<Row> {
  const fresh = { id, machine: needs.machine, seen_at: needs.clock.now() };
  if (needs.role === 'service')
    await tx
      .insertInto('data_directory')
      .values(fresh)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  const row = await read(tx);
  if (!row) throw wrong('no service has worked with this database yet. Start the service first');
  return row;
}

/** Makes the machine this one's when the other stays silent; throws when it does not. */
async function takeOver({ control, clock, machine }: BondNeeds, seen: Row): Promise<void> {
  const forgotten = clock.now() - seen.seen_at > FORGOTTEN_AFTER_MS;
  const until = clock.now() + (forgotten ? 0 : GONE_AFTER_MS);
  while (clock.now() < until) {
    await clock.sleep(LOOK_EVERY_MS);
    const row = await read(control.db);
    // Somebody else was faster; the caller looks anew.
    if (row?.machine !== seen.machine) return;
    if (row.seen_at !== seen.seen_at) throw otherMachine();
  }
  await control.db
    .updateTable('data_directory')
    .set({ machine, seen_at: clock.now() })
    .where('machine', '=', seen.machine)
    .where('seen_at', '=', seen.seen_at)
    .execute();
}

/** Beats until it is released. Faults of the control store are its other users' to tell. */
function keepBond({ control, clock, machine, onLost }: BondNeeds): DataDirectoryBond {
  const over = new AbortController();
  const keep = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const bound = await beat(control, machine, clock.now()).catch(() => true);
      if (!bound && !over.signal.aborted) return onLost();
      await clock.sleep(BEAT_MS, over.signal).catch(() => undefined);
    }
  };
  void keep();
  return { release: () => over.abort() };
}

async function beat({ db }: ControlStore, machine: string, now: Millis): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('data_directory')
    .set({ seen_at: now })
    .where('machine', '=', machine)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

function identityOf({ dataDir, role }: BondNeeds): string {
  const path = join(dataDir, 'identity');
  if (!existsSync(path)) {
    if (role === 'worker')
      throw wrong(
        `${dataDir} is not the data directory of a service: it has no file 'identity'. A worker shares the directory of its service, on the same machine`,
      );
    writeIdentity(path);
  }
  return readFileSync(path, 'utf8').trim();
}

/** Appears whole or not at all: several services may start at the same time. */
function writeIdentity(path: string): void {
  const id = randomUUID();
  const draft = `${path}.${id}`;
  writeFileSync(draft, `${id}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function otherDirectory(dataDir: string): ConfigError {
  return wrong(
    `the collections of this database are in another data directory than ${dataDir}. Services and workers that share a database share one data directory, on one machine. If the other directory is lost for good, delete the row of the table 'data_directory'; every source is then read anew`,
  );
}

function otherMachine(): ConfigError {
  return wrong(
    'another machine works with this database. Collections are files that one machine can share: run further workers there, or stop everything there first',
  );
}

function wrong(reason: string): ConfigError {
  return new ConfigError([`${settings.dataDir.env} cannot be used: ${reason}`]);
}
