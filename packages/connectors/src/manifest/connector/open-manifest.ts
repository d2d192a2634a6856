import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import { buildBudget } from '../budget/build-budget.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { withChanges } from '../configuration/changed-config.ts';
import { grantedCredentials } from '../configuration/granted-credentials.ts';
import { normalizeConfig } from '../configuration/normalize-config.ts';
import { plainConfig } from '../configuration/plain-config.ts';
import { secretTexts } from '../configuration/secret-texts.ts';
import { secretValues } from '../configuration/secret-values.ts';
import { listStreams } from '../dynamic-streams/list-streams.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import type { ManifestStream } from '../model/stream.ts';
import { buildRetriever } from '../retrievers/build-retriever.ts';
import { buildStream } from '../streams/build-stream.ts';
import { concurrencyOf } from './concurrency.ts';
import { ENTITIES } from './entity-options.ts';

/** A manifest that is loaded, and what belongs to it. */
export interface ManifestParts {
  readonly manifest: Component;
  /** `spec`, when there is one. */
  readonly spec: JsonObject | undefined;
  readonly custom: CustomComponents;
  readonly files: ReadonlyMap<string, string>;
}

export interface OpenedManifest {
  readonly build: Build;
  /** All streams of these settings, static ones and those that the source names. Throws `ConnectorError`. */
  streams(): Promise<readonly ManifestStream[]>;
  /** Those alone that the dynamic stream of this name gives. Throws `ConnectorError`. */
  streamsOf(dynamicStream: string): Promise<readonly ManifestStream[]>;
}

/**
 * Opens a manifest with the settings of a context: they are normalised, and a migrated configuration is given to be kept.
 * @param overrides put over the normalised settings (`config_overrides` of a check).
 * Throws `ConnectorError('configuration')`.
 */
export async function openManifest(
  parts: ManifestParts,
  ctx: ConnectorContext,
  overrides: JsonObject = {},
): Promise<OpenedManifest> {
  const { spec, manifest } = parts;
  const specification = asObject(spec?.['connection_specification']) ?? {};
  const { [ENTITIES]: _, ...given } = plainConfig(ctx.config, ctx.credentials, specification);
  const secrets = secretTexts(secretValues(specification, given));
  const keep = (config: JsonObject): Promise<void> => ctx.keepConfiguration?.(config) ?? Promise.resolve();

  const first = makeBuild(parts, ctx, given, secrets, keep);
  const { config: normalized, migrated } = normalizeConfig(spec, first);
  secrets.add(secretValues(specification, normalized));
  if (migrated) await keep(migrated);

  // Components look at this very object, so that all of them see a token that one of them has renewed.
  const config: Record<string, JsonObject[string]> = { ...structuredClone(normalized), ...overrides };
  let kept = migrated ?? given;
  const build = makeBuild(parts, ctx, config, secrets, (changed) => {
    kept = withChanges(kept, normalized, changed);
    secrets.add(secretValues(specification, changed));
    Object.assign(config, changed);
    return keep(kept);
  });
  return {
    build,
    streams: () => listStreams(manifest, build),
    async streamsOf(name) {
      const wanted = objectsOf(manifest['dynamic_streams']).filter((one) => one['name'] === name);
      if (wanted.length > 0) return listStreams({ ...manifest, streams: [], dynamic_streams: wanted }, build);
      throw new ConnectorError('configuration', `The manifest has no dynamic stream ${name}.`);
    },
  };
}

function makeBuild(
  { manifest, custom, files }: ManifestParts,
  ctx: ConnectorContext,
  config: JsonObject,
  { guard, shown }: Pick<Build, 'guard' | 'shown'>,
  configChanged: Build['configChanged'],
): Build {
  const granted = grantedCredentials(ctx.credentials);
  const build: Build = {
    config,
    ctx,
    custom,
    guard,
    shown,
    budget: buildBudget(asObject(manifest['api_budget']) as Component | undefined, { config, ctx }),
    concurrency: concurrencyOf(asObject(manifest['concurrency_level']), config),
    manifest,
    files,
    stream: (definition) => buildStream(definition, build),
    retriever: (definition, stream) => buildRetriever(definition, build, stream),
    configChanged,
    ...(granted && { grantedAuthorization: granted.authorization }),
  };
  return build;
}
