import type { Declaration } from '../errors.ts';
import type { FieldIssue } from '../lib/field-issues.ts';

/** What goes wrong with integration sources, and with labels of connections. Part of the catalogue. */
export const integrationSourceErrors = {
  /** The id is unknown, cannot be read, or belongs to another organization. List them with `GET /api/integration-sources`. */
  integration_source_not_found: {
    kind: 'not_found',
    message: (_: { id: string }) => 'Integration source not found',
  },
  /** One or more settings do not fit the connector; `details.issues` lists each with its path. */
  invalid_configuration: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) =>
      d.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '),
  },
  /** Several connections of one connector need a label each. Give `instance_label`. */
  connection_label_required: {
    kind: 'invalid',
    message: (_: { connector: string }) =>
      'instance_label is required when multiple instances of the same connector type exist',
  },
  /** Another connection of the connector has this label. Choose another. */
  connection_label_taken: {
    kind: 'conflict',
    message: (d: { connector: string; label: string }) =>
      `Another integration source of the connector ${d.connector} has the instance_label ${d.label}`,
  },
  /** The operator made this source: only its description and whether it is active can be changed here. */
  system_source_protected: {
    kind: 'forbidden',
    message: (d: { fields: readonly string[] }) =>
      `This is a system source: ${d.fields.join(', ')} cannot be changed, only its description and is_active`,
  },
  /** `system_source_id` names no system source of the organization; operators make them with `tributary system-sources`. */
  system_source_unknown: {
    kind: 'invalid',
    message: (d: { id: string }) => `${d.id} is no system source of this organization`,
  },
  /** The description was changed since the version that the caller has seen. Read it again, and decide anew. */
  description_version_stale: {
    kind: 'conflict',
    message: (d: { given: number; stored: number }) =>
      `description_version is ${d.stored} by now, not ${d.given}: read the description again before you change it`,
  },
  /** `airbyte_connection_id` has to be one of `airbyte_connection_ids`. Send both, or only the list. */
  airbyte_connection_incoherent: {
    kind: 'invalid',
    message: (d: { id: string }) => `airbyte_connection_id ${d.id} is not one of airbyte_connection_ids`,
  },
  /** The connector is of the other `source_type`; `details.sourceType` says which. */
  source_type_mismatch: {
    kind: 'invalid',
    message: (d: { connector: string; sourceType: string }) =>
      `Sources of the connector ${d.connector} have the source_type ${d.sourceType}`,
  },
  /** Nothing reads this source into a collection yet. Send `collection`, and what reads it is made. */
  integration_source_not_synced: {
    kind: 'conflict',
    message: (_: { id: string }) =>
      'Nothing reads this source into a collection yet: send {"collection": "<readable id>"} to begin',
  },
  /** The relationship is unknown, or belongs to another organization. List those of a source first. */
  relationship_not_found: { kind: 'not_found', message: (_: { id: string }) => 'Relationship not found' },
  /** The source has a database of this name already. */
  integration_database_exists: {
    kind: 'conflict',
    message: (d: { name: string }) => `The integration source has a database '${d.name}' already`,
  },
  /** The language model of `TRIBUTARY_LLM_URL` gave no description; the message says why. Nothing was changed. */
  language_model_failed: { kind: 'upstream', message: (d: { reason: string }) => `The language model ${d.reason}` },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
