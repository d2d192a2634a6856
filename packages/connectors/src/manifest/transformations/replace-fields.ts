import type { Json } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';

/** Gives a record other fields, in place. */
export function replaceFields(record: MutableRecord, fields: Iterable<readonly [string, Json | undefined]>): void {
  const kept = [...fields];
  for (const name of Object.keys(record)) delete record[name];
  for (const [name, value] of kept) {
    if (name === '__proto__') continue;
    record[name] = value;
  }
}
