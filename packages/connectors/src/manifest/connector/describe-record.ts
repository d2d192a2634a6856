import type { RecordDescription } from '../../kit/connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { EntityFields } from './entity-options.ts';
import { pathIn, valueAtPath } from './value-at-path.ts';

/** Where APIs usually say it; the first that holds something counts. */
const TITLES = ['title', 'name', 'subject', 'summary', 'full_name', 'display_name', 'label'] as const;
const URLS = ['html_url', 'web_url', 'permalink', 'webUrl', 'url', 'link'] as const;
const CREATED = [
  'created_at',
  'createdAt',
  'created',
  'created_time',
  'created_on',
  'date_created',
  'createdTime',
] as const;
const UPDATED = [
  'updated_at',
  'updatedAt',
  'updated',
  'modified_at',
  'updated_time',
  'updated_on',
  'last_modified',
  'date_modified',
  'modified',
] as const;

/** Seconds since the epoch have ten digits for the next centuries, milliseconds have thirteen. */
const FIRST_MILLISECONDS = 100_000_000_000;

/** What people see of a record: by the options of its stream, else by the fields that APIs usually have. */
export function describeManifestRecord(
  options: EntityFields,
  cursorField: string | undefined,
  row: JsonObject,
): RecordDescription {
  const name = textOf(row, options.title, TITLES);
  const url = [options.url ?? [], options.url === undefined ? URLS : []]
    .flat()
    .map((one) => at(row, one))
    .find(isWebAddress);
  const createdAt = timeOf(row, options.created_at, CREATED);
  const updatedAt = timeOf(row, options.updated_at, cursorField === undefined ? UPDATED : [...UPDATED, cursorField]);
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(createdAt !== undefined && { createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}

const at = (row: JsonObject, written: string): Json | undefined => valueAtPath(row, pathIn(row, written));

function textOf(row: JsonObject, chosen: string | undefined, usual: readonly string[]): string | undefined {
  for (const field of chosen === undefined ? usual : [chosen]) {
    const value = at(row, field);
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (chosen !== undefined && typeof value === 'number') return String(value);
  }
  return undefined;
}

const isWebAddress = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^https?:\/\/\S+$/i.test(value);

function timeOf(row: JsonObject, chosen: string | undefined, usual: readonly string[]): number | undefined {
  for (const field of chosen === undefined ? usual : [chosen]) {
    const time = millisecondsOf(at(row, field));
    if (time !== undefined) return time;
  }
  return undefined;
}

function millisecondsOf(value: Json | undefined): number | undefined {
  const digits = typeof value === 'string' && /^\d{10}(\d{3})?$/.test(value);
  if (typeof value === 'number' || digits) {
    const number = Number(value);
    if (!(number > 0)) return undefined;
    return Math.trunc(number < FIRST_MILLISECONDS ? number * 1000 : number);
  }
  if (typeof value !== 'string' || !/^\d{4}-\d{2}/.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isFinite(time) ? time : undefined;
}
