import { statSync } from 'node:fs';
import type { StoreSize } from '../port.ts';
import { type Connection, prepared } from './connection.ts';

/** The sums of the streams, and the bytes of the file and its log. */
export function sizeOf(db: Connection, path: string): StoreSize {
  const entities = prepared(db, 'SELECT coalesce(sum(entities), 0) FROM stream').pluck().get() as number;
  return { entities, bytes: bytesOf(path) + bytesOf(`${path}-wal`) };
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
