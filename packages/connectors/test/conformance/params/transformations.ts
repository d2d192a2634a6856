import type { JsonObject } from '../../../src/kit/json.ts';
import type { MutableRecord } from '../../../src/manifest/model/records.ts';
import { definition, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { buildTransformation } from '../../../src/manifest/transformations/build-transformation.ts';
import { expectSame } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import type { ParamJudges, ParamRow } from './param-table.ts';

/** What a transformation makes of the row's record, against `expected`. */
function transformed(row: ParamRow, fields: Parameters<typeof definition>[0], expected: unknown): Verdict {
  const record = structuredClone(row['input_record']) as MutableRecord;
  const config = (row['config'] ?? {}) as JsonObject;
  const partition = (row['stream_slice'] ?? {}) as JsonObject;
  buildTransformation(definition(fields), rigBuild({ config }), rigStream()).transform(record, {
    slice: { partition, cursorSlice: {}, extraFields: {} },
  });
  return expectSame(record, expected);
}

export const transformationsJudges: ParamJudges = {
  transformations__test_dpath_flatten_fields: {
    test_dpath_flatten_lists(row) {
      const [prefix, suffix] = (row['key_transformation'] ?? []) as (string | null)[];
      const fields = {
        type: 'DpathFlattenFields',
        field_path: row['field_path'],
        delete_origin_value: row['delete_origin_value'],
        replace_record: row['replace_record'],
        ...(row['key_transformation'] !== null && {
          key_transformation: { type: 'KeyTransformation', prefix, suffix },
        }),
      };
      return transformed(row, fields, row['expected_record']);
    },
  },
  transformations__test_flatten_fields: {
    test_flatten_fields: (row) =>
      transformed(row, { type: 'FlattenFields', flatten_lists: row['flatten_lists'] }, row['expected_output']),
  },
  transformations__test_keys_replace_transformation: {
    test_transform: (row) =>
      transformed(row, { type: 'KeysReplace', ...(row['keys_replace_config'] as JsonObject) }, row['expected_record']),
  },
  transformations__test_remove_fields: {
    test_remove_fields(row) {
      const { field_pointers, condition } = row;
      return transformed(row, { type: 'RemoveFields', field_pointers, condition: condition ?? '' }, row['expected']);
    },
  },
};
