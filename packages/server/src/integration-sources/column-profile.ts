import type { DatabaseColumn, DatabaseSchema, DatabaseTable } from '@tributary/connectors/kit/database-schema';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { SourceColumn } from './model.ts';

const SAMPLES = 3;
const SAMPLE_LENGTH = 40;

/** The shape of a value: letters and digits are replaced, so that nothing of it can be told. */
export function maskValue(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text
    .slice(0, SAMPLE_LENGTH)
    .toWellFormed()
    .replaceAll(/\p{N}/gu, '9')
    .replaceAll(/[^9\p{P}\p{S}\p{Z}]/gu, 'x');
}

/** What texts of a kind look like; the first that most values fit is meant. */
const kinds: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['email', /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ['url', /^https?:\/\/\S+$/i],
  ['uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['timestamp', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['ip_address', /^\d{1,3}(?:\.\d{1,3}){3}$/],
  ['phone', /^\+?[\d ()/-]{7,20}$/],
];
const LIKELY = 0.8;

function semanticOf(texts: readonly string[]): { readonly type: string | null; readonly confidence: number | null } {
  const share = (pattern: RegExp): number => texts.filter((text) => pattern.test(text)).length / texts.length;
  const found = texts.length === 0 ? undefined : kinds.find(([, pattern]) => share(pattern) >= LIKELY);
  return found ? { type: found[0], confidence: round(share(found[1])) } : { type: null, confidence: null };
}

const round = (value: number): number => Math.round(value * 100) / 100;
const percent = (part: number, whole: number): number | null => (whole === 0 ? null : round((100 * part) / whole));

function roleOf(column: DatabaseColumn, isForeign: boolean): SourceColumn['role'] {
  if (column.primaryKey) return 'primary_key';
  if (isForeign) return 'foreign_key';
  if (/time|date/i.test(column.dataType)) return 'time';
  return /int|num|dec|real|double|float|money/i.test(column.dataType) ? 'measure' : 'dimension';
}

function profileOf(column: DatabaseColumn, rows: readonly JsonObject[]) {
  const values = rows.map((row) => row[column.name] ?? null).filter((value) => value !== null);
  const distinct = new Set(values.map((value) => JSON.stringify(value)));
  const semantic = semanticOf(values.filter((value) => typeof value === 'string'));
  return {
    semanticType: semantic.type,
    semanticConfidence: semantic.confidence,
    samples: [...new Set(values.map(maskValue))].slice(0, SAMPLES),
    nullPercent: percent(rows.length - values.length, rows.length),
    distinctPercent: percent(distinct.size, values.length),
  };
}

/** The columns of a table with what its first rows tell. */
export function profileTable(
  table: DatabaseTable,
  { foreignKeys }: Pick<DatabaseSchema, 'foreignKeys'>,
  rows: readonly JsonObject[],
): readonly SourceColumn[] {
  const foreign = new Set(
    foreignKeys.filter(({ stream }) => stream === table.stream).flatMap(({ columns }) => columns),
  );
  return table.columns.map((column) => ({
    stream: table.stream,
    name: column.name,
    dataType: column.dataType,
    primaryKey: column.primaryKey,
    nullable: column.nullable,
    position: column.position,
    comment: column.comment,
    role: roleOf(column, foreign.has(column.name)),
    ...profileOf(column, rows),
  }));
}
