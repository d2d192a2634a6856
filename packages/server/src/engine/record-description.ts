import type { RecordDescription, Stream } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { EntityDocument } from '../collection-store/port.ts';

const NAME_FIELDS = ['name', 'title', 'subject', 'label'] as const;
const CREATED_FIELDS = ['created_at', 'createdAt', 'created'] as const;
const UPDATED_FIELDS = ['updated_at', 'updatedAt', 'modified_at', 'updated'] as const;
/** Names are shown in lists; longer ones are cut. */
const MAX_NAME_LENGTH = 500;

/**
 * What people see and search of a record. The stream's own words come first; then well-known fields of the row, then its
 * key. A stream that trips over the row is passed over: the record is there, only its description is plainer.
 */
export function describeRecord(stream: Stream, row: JsonObject, key: string): EntityDocument {
  const own: RecordDescription = attempt(() => stream.describe?.(row)) ?? {};
  const text = attempt(() => stream.text?.(row));
  return {
    name: clean(own.name ?? firstText(row, NAME_FIELDS) ?? key).slice(0, MAX_NAME_LENGTH) || key,
    url: own.url === undefined ? null : clean(own.url),
    createdAt: millis(own.createdAt) ?? firstDate(row, CREATED_FIELDS),
    updatedAt: millis(own.updatedAt) ?? firstDate(row, UPDATED_FIELDS),
    breadcrumbs: (own.breadcrumbs ?? []).map(({ id, name, type }) => ({
      id: clean(id),
      name: clean(name),
      type: clean(type),
    })),
    text: typeof text === 'string' ? clean(text) : null,
  };
}

function attempt<T>(describe: () => T): T | undefined {
  try {
    return describe();
  } catch {
    return undefined;
  }
}

/** NUL ends texts early in some full-text indexes, and lone surrogates have no UTF-8. */
function clean(text: unknown): string {
  return String(text).toWellFormed().replaceAll('\0', ' ');
}

function firstText(row: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = row[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

function firstDate(row: JsonObject, names: readonly string[]): number | null {
  for (const name of names) {
    const value: unknown = row[name];
    // Bare numbers are left alone: seconds and milliseconds look alike.
    const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (Number.isFinite(time)) return time;
  }
  return null;
}

function millis(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Math.trunc(value) : null;
}
