import type { RecordDescription } from '../../kit/connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { keyOf } from './row-decoder.ts';
import { columnOf, type SqlTable } from './table.ts';

const NAMES = [
  'title',
  'name',
  'subject',
  'display_name',
  'full_name',
  'headline',
  'label',
  'username',
  'email',
  'code',
  'slug',
];
const URLS = ['url', 'web_url', 'html_url', 'permalink', 'link'];
const CREATED = ['created_at', 'created', 'created_on', 'createdat', 'inserted_at', 'creation_date', 'date_created'];
const UPDATED = [
  'updated_at',
  'updated',
  'updated_on',
  'updatedat',
  'modified_at',
  'modified',
  'last_modified',
  'last_update',
];

const MAX_NAME = 200;

/** What people see of a row: a column that looks like a name, else the key; and where it lies. */
export function rowDescriber(table: SqlTable, cursorField: string | undefined): (row: JsonObject) => RecordDescription {
  const byLowerName = new Map(table.columns.map((column) => [column.name.toLowerCase(), column.name]));
  const find = (names: readonly string[]): string[] => names.flatMap((name) => byLowerName.get(name) ?? []);
  const isMoment = (name: string): boolean => columnOf(table, name)?.type.cursor === 'time';
  const names = find(NAMES);
  const urls = find(URLS);
  const created = find(CREATED).filter(isMoment);
  const updated = [...(cursorField === undefined ? [] : [cursorField]), ...find(UPDATED)].filter(isMoment);
  const key = keyOf(table);
  const { breadcrumbs } = table;
  return (row) => {
    const name = firstOf(row, names, (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined));
    const url = firstOf(row, urls, (value) =>
      typeof value === 'string' && /^https?:\/\//.test(value) ? value : undefined,
    );
    const createdAt = firstOf(row, created, milliseconds);
    const updatedAt = firstOf(row, updated, milliseconds);
    return {
      name: (name ?? `${table.name} ${key(row)}`).slice(0, MAX_NAME),
      breadcrumbs,
      ...(url !== undefined && { url }),
      ...(createdAt !== undefined && { createdAt }),
      ...(updatedAt !== undefined && { updatedAt }),
    };
  };
}

function firstOf<T>(
  row: JsonObject,
  names: readonly string[],
  read: (value: Json | undefined) => T | undefined,
): T | undefined {
  for (const name of names) {
    const value = read(row[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A moment without a zone is taken as UTC. */
function milliseconds(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(/T[\d:.]+$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(time) ? undefined : time;
}
