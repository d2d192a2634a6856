import type { JsonObject } from '../../../src/kit/json.ts';
import { expectSame } from '../verdict.ts';
import { messagesOf } from './connector-subject.ts';
import { enumMember } from './param-table.ts';
import type { ParamJudge } from './param-table.ts';

const retriever = (path: string): JsonObject => ({
  type: 'SimpleRetriever',
  requester: { type: 'HttpRequester', url_base: 'https://api.test.com', path, http_method: 'GET' },
  record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
});

/** One stream for each item that the source lists. */
const manifest = (available: boolean): JsonObject => ({
  version: '6.7.0',
  type: 'DeclarativeSource',
  check: { type: 'CheckDynamicStream', stream_count: 1, use_check_availability: available },
  dynamic_streams: [
    {
      type: 'DynamicDeclarativeStream',
      stream_template: {
        type: 'DeclarativeStream',
        name: '',
        primary_key: [],
        schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
        retriever: retriever(''),
      },
      components_resolver: {
        type: 'HttpComponentsResolver',
        retriever: retriever('items'),
        components_mapping: [
          { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ components_values['name'] }}" },
          {
            type: 'ComponentMappingDefinition',
            field_path: ['retriever', 'requester', 'path'],
            value: "{{ 'items/' + components_values['id'] | string }}",
          },
        ],
      },
    },
  ],
});

/** Our words about an answer are our own; that a failed check says something, and no secret, is what is judged. */
export const dynamicCheck: ParamJudge = async (row) => {
  const { response_code: status, use_check_availability: available } = row;
  const messages = await messagesOf(manifest(available === true), {}, 'check', ({ url }) =>
    url.pathname === '/items'
      ? {
          status: 200,
          body: JSON.stringify([
            { id: 1, name: 'item_1' },
            { id: 2, name: 'item_2' },
          ]),
        }
      : { status: status as number, body: JSON.stringify([{ id: 1, name: 'item_1' }]) },
  );
  const answer = messages.flatMap((one) => (one.type === 'CONNECTION_STATUS' ? one.connectionStatus : []))[0];
  const expected = enumMember(row['available_expectation'])?.replace('Status.', '');
  return expectSame(
    { status: answer?.status, told: (answer?.message ?? '').includes('item_1') },
    { status: expected, told: true },
  );
};
