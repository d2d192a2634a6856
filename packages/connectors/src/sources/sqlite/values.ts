import { z } from 'zod';
import type { JsonObject } from '../../kit/json.ts';

/** What SQLite gives back with safe integers on. */
export type SqlValue = bigint | number | string | Buffer | null;

/** A value inside a cursor, with its storage class: 5, 5.0 and '5' are three values to SQLite. */
export const StoredValue = z.union([
  z.object({ integer: z.string().regex(/^-?\d{1,19}$/) }),
  z.object({ real: z.union([z.number(), z.literal(['Infinity', '-Infinity'])]) }),
  z.object({ text: z.string() }),
  z.object({ blob: z.string() }),
]);

export type StoredValue = z.output<typeof StoredValue>;

/** Into a cursor; `undefined` for NULL, which has no place in an order. */
export function storeValue(value: SqlValue): StoredValue | undefined {
  if (value === null) return undefined;
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'number') {
    return { real: Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity' };
  }
  return { blob: value.toString('base64') };
}

/** Out of a cursor, ready to be bound: integers as bigint, since better-sqlite3 binds numbers as REAL. */
export function loadValue(stored: StoredValue): SqlValue {
  if ('integer' in stored) return BigInt(stored.integer);
  if ('real' in stored) return Number(stored.real);
  if ('text' in stored) return stored.text;
  return Buffer.from(stored.blob, 'base64');
}

/**
 * As JSON: integers beyond 2^53 and infinities as text, binary as base64. Values above `maxBytes` arrive as their size
 * (binary) or cut (text), see `selectExpression`.
 */
export function toJson(value: SqlValue): string | number | null {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

/** SQL that never loads more of a column than the limit: `typeof` and `length` of a blob do not read its bytes. */
export function selectExpression(column: string, maxBytes: number): string {
  return `CASE WHEN typeof(${column}) = 'blob' AND length(${column}) > ${maxBytes} THEN '(' || length(${column}) || ' bytes)'
    WHEN typeof(${column}) = 'text' AND octet_length(${column}) > ${maxBytes} THEN substr(${column}, 1, ${maxBytes})
    ELSE ${column} END`;
}

/** JSON Schema of a column by its affinity (https://www.sqlite.org/datatype3.html §3.1); any column may hold any type. */
export function columnSchema(type: string): JsonObject {
  const declared = type.toUpperCase();
  const description = type === '' ? {} : { description: type };
  if (declared.includes('INT')) return { type: ['integer', 'string', 'null'], ...description };
  if (/CHAR|CLOB|TEXT/.test(declared)) return { type: ['string', 'null'], ...description };
  if (/REAL|FLOA|DOUB/.test(declared)) return { type: ['number', 'string', 'null'], ...description };
  return { type: ['string', 'number', 'null'], ...description };
}
