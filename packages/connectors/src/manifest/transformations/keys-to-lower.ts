import type { Transformation } from '../model/records.ts';
import { replaceFields } from './replace-fields.ts';

/** `KeysToLower`: the record's own keys in lower case; of two that become the same the later one stays. */
export const KEYS_TO_LOWER: Transformation = {
  transform(record) {
    const names = Object.keys(record);
    if (names.every((name) => name === name.toLowerCase())) return;
    replaceFields(
      record,
      names.map((name) => [name.toLowerCase(), record[name]] as const),
    );
  },
};
