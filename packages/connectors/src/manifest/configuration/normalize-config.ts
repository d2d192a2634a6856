import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { asObject, objectsOf } from './as-object.ts';
import { buildConfigTransformation } from './config-transformation.ts';
import type { MutableConfig } from './config-path.ts';
import { validateConfig } from './config-validation.ts';
import { grantedSpecification } from '../specification/granted-specification.ts';
import type { SpecifiedLogin } from '../specification/oauth-of-specification.ts';
import { schemaIssues } from './schema-check.ts';

export interface NormalizedConfig {
  /** What components work with. */
  readonly config: JsonObject;
  /** What is to be kept instead of what was given; absent when no migration changed anything. */
  readonly migrated?: JsonObject;
  /** What does not fit the specification, without values; whoever reads may find that it goes without. */
  readonly issues: readonly string[];
}

/**
 * Makes the settings that components work with, by `spec.config_normalization_rules`: migrations, whose result is kept, then
 * the check against `connection_specification`, then transformations in memory, then validations. `build` holds the settings
 * as given, `replaced` names the settings that need not be there with a grant. Throws `ConnectorError('configuration')` of validations, which holds no value.
 */
export function normalizeConfig(
  spec: JsonObject | undefined,
  build: Build,
  replaced: SpecifiedLogin['replaced'] = [],
): NormalizedConfig {
  const rules = asObject(spec?.['config_normalization_rules']) ?? {};
  const config = structuredClone(build.config) as MutableConfig;
  const apply = (definitions: readonly JsonObject[]): void => {
    for (const one of definitions) buildConfigTransformation(one as Component, build).transform(config);
  };
  for (const migration of objectsOf(rules['config_migrations'])) apply(objectsOf(migration['transformations']));
  const migrated = isDeepStrictEqual(config, build.config) ? undefined : structuredClone(config);
  const all = asObject(spec?.['connection_specification']) ?? {};
  // With a grant of the platform, nobody types in secrets.
  const specification = build.grantedAuthorization ? grantedSpecification(all, replaced, { secrets: true }) : all;
  const issues = schemaIssues(specification, config);
  apply(objectsOf(rules['transformations']));
  for (const one of objectsOf(rules['validations'])) validateConfig(one as Component, config, build);
  return { config, issues, ...(migrated && { migrated }) };
}
