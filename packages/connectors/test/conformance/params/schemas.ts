import { buildSchemaLoader } from '../../../src/manifest/schemas/build-schema-loader.ts';
import { schemaPath } from '../../../src/manifest/schemas/schema-path.ts';
import { definition, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { expectSame } from '../verdict.ts';
import type { ParamJudges } from './param-table.ts';

export const schemasJudges: ParamJudges = {
  schema__test_default_schema_loader: {
    async test_get_json_schema({ found_schema: found, expected_schema: expected }) {
      const files = found === null ? {} : { 'schemas/orders.json': JSON.stringify(found) };
      return expectSame(await buildSchemaLoader(undefined, rigBuild({ files }), rigStream())(), expected);
    },
  },
  schema__test_inline_schema_loader: {
    async test_static_schema_loads({ input_schema: schema, expected_schema: expected }) {
      const loader = definition({ type: 'InlineSchemaLoader', schema });
      return expectSame(await buildSchemaLoader(loader, rigBuild(), rigStream())(), expected);
    },
  },
  schema__test_json_file_schema_loader: {
    test_extract_resource_and_schema_path: (row) =>
      expectSame(schemaPath(String(row['input_path'])), {
        resource: row['expected_resource'],
        path: row['expected_path'],
      }),
  },
};
