import { DECLARATIONS } from './declarations.ts';
import { tagOf } from './declaration-tag.ts';

/** Positions of older manifests that the published schema has no field for, and what stands there. */
const OLD_POSITIONS: ReadonlyMap<string, string> = new Map([
  ['CursorPagination.decoder', 'JsonDecoder'],
  ['CustomIncrementalSync.end_datetime', 'MinMaxDatetime'],
  ['CustomIncrementalSync.end_time_option', 'RequestOption'],
  ['CustomIncrementalSync.start_datetime', 'MinMaxDatetime'],
  ['CustomIncrementalSync.start_time_option', 'RequestOption'],
  ['CustomPartitionRouter.parent_stream_configs', 'ParentStreamConfig'],
  ['DefaultPaginator.decoder', 'JsonDecoder'],
  ['DpathExtractor.decoder', 'JsonDecoder'],
]);

const OLD_CUSTOM_POSITIONS: ReadonlyMap<string, string> = new Map([
  ['CompositeErrorHandler.backoff_strategies', 'CustomBackoffStrategy'],
]);

const defaults = new Map(OLD_POSITIONS);
const customs = new Map(OLD_CUSTOM_POSITIONS);
for (const declaration of DECLARATIONS.values()) {
  for (const [field, { defaultType, customType }] of Object.entries(declaration.fields)) {
    if (defaultType) defaults.set(`${tagOf(declaration)}.${field}`, defaultType);
    if (customType) customs.set(`${tagOf(declaration)}.${field}`, customType);
  }
}

/**
 * The component that an object without `type` is taken for, by where it stands (`SimpleRetriever.requester`); `undefined`
 * when nothing says. Python CDK: `parsers/manifest_component_transformer.py`.
 */
export const defaultTypeAt = (position: string, isCustom: boolean): string | undefined =>
  (isCustom ? customs : defaults).get(position);
