import { connectorOf, messagesOf, modelOf, readInOrder } from './connector-subject.ts';
import { dynamicCheck } from './dynamic-check.ts';
import { filtersTransformed, conditionalManifest, groupsOf, unionInGroup } from './connector-manifests.ts';
import { overridesManifest } from './override-manifests.ts';
import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { canonicalJson } from '../../../src/manifest/model/canonical-json.ts';
import { publishedSpecification } from '../../../src/manifest/specification/published-specification.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { ParamJudges } from './param-table.ts';

const ofPython = 'it compares Python classes';

/** Checks, specifications, and reads of whole manifests. */
export const connectorJudges: ParamJudges = {
  checks__test_check_dynamic_stream: { test_check_dynamic_stream: dynamicCheck },
  spec__test_spec: {
    test_spec: ({ spec, expected_connection_specification: expected }) =>
      expectSame(publishedSpecification(modelOf(spec) as JsonObject), modelOf(expected)),
    test_protocol_override_fields_in_sync: () => notApplicable(ofPython),
  },
  test_concurrent_declarative_source: {
    test_stream_using_is_client_side_incremental_has_transform_before_filtering_according_to_manifest: async ({
      expected_transform_before_filtering: given,
    }) => expectSame(await filtersTransformed(given as boolean | null), given !== false),
    test_conditional_streams_manifest: async ({ is_sandbox, expected_stream_count: expected }) => {
      const messages = await messagesOf(conditionalManifest(), { is_sandbox }, 'discover');
      return expectSame(
        messages.flatMap((one) => (one.type === 'CATALOG' ? one.catalog.streams : [])).length,
        expected,
      );
    },
    test_conditional_streams_invalid_manifest: ({ field_to_remove: field }) =>
      expectThrow(() => connectorOf(conditionalManifest(field as string)), new RegExp(field as string)),
    test_read_concurrent_declarative_source: async ({ manifest, pages, expected_records: expected }) => {
      const { records } = await readInOrder(manifest as JsonObject, pages as readonly JsonObject[]);
      return expectSame(inOrder(records), inOrder(expected as readonly unknown[]));
    },
    test_slice_checkpoint: async ({ manifest, pages, expected_states_qty: expected }) => {
      const { states } = await readInOrder(manifest as JsonObject, pages as readonly JsonObject[]);
      return expectSame(states.length, expected);
    },
    test_apply_stream_groups: async ({ source_config: manifest, stream_names: names, expected_groups: expected }) =>
      expectSame(
        await groupsOf(manifest as JsonObject, names as readonly string[]),
        pairsOf(expected as Readonly<Record<string, string>>),
      ),
    test_apply_stream_groups_raises_on_parent_child_in_same_group_with_union_router: ({ grouped_parent, wrapper }) =>
      expectThrow(() => connectorOf(unionInGroup(grouped_parent as string, wrapper as string | null)), /group/),
    test_get_partition_router: () => notApplicable(ofPython),
  },
  test_concurrent_declarative_source_config_overrides: {
    test_given_refresh_token_updater_when_config_overrides_then_manifest_is_rejected: ({
      refresh_token_updater: updater,
    }) =>
      expectThrow(() => connectorOf(overridesManifest({ updater: updater as JsonObject })), /refresh_token_updater/),
    test_given_the_name_appears_in_a_data_blob_then_overrides_are_still_allowed: ({ id }) => {
      connectorOf(overridesManifest({ blob: id as string }));
      return expectSame(true, true);
    },
  },
};

const inOrder = (records: readonly unknown[]): readonly string[] =>
  records.map((one) => canonicalJson(one as Json)).toSorted();

/** Which of the streams wait for each other. */
function pairsOf(groups: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(groups);
  return names.flatMap((one) =>
    names
      .filter((other) => other > one && groups[one] !== '' && groups[one] === groups[other])
      .map((other) => `${one} ${other}`),
  );
}
