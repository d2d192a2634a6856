import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import { buildBudget } from '../budget/build-budget.ts';
import { asObject } from '../configuration/as-object.ts';
import { withChanges } from '../configuration/changed-config.ts';
import { GRANTED, grantedCredentials } from '../configuration/granted-credentials.ts';
import { normalizeConfig } from '../configuration/normalize-config.ts';
import { plainConfig } from '../configuration/plain-config.ts';
import { secretTexts } from '../configuration/secret-texts.ts';
import { secretValues } from '../configuration/secret-values.ts';
import { listStreams } from '../dynamic-streams/list-streams.ts';
import type { ListedStreams } from '../dynamic-streams/list-streams.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { CustomComponents } from '../model/custom-components.ts';
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
  streams(): Promise<ListedStreams>;
}

export interface OpenOptions {
  /** Put over the normalised settings (`config_overrides` of a check). */
  readonly overrides?: JsonObject;
  /** Settings that do not fit the specification are an error, not a line of the log. */
  readonly proves?: boolean;
}

/**
 * Opens a manifest with the settings of a context: they are normalised, and a migrated configuration is given to be kept.
 * Throws `ConnectorError('configuration')`.
 */
export async function openManifest(
  parts: ManifestParts,
  ctx: ConnectorContext,
  { overrides = {}, proves = false }: OpenOptions = {},
): Promise<OpenedManifest> {
  const { spec, manifest } = parts;
  const specification = asObject(spec?.['connection_specification']) ?? {};
  const { given, own } = settingsOf(ctx, specification);
  const secrets = secretTexts(secretValues(specification, given));
  const keep = (config: JsonObject): Promise<void> => {
    const { [GRANTED]: _, ...settings } = config;
    return ctx.keepConfiguration?.({ ...settings, ...own }) ?? Promise.resolve();
  };

  const first = makeBuild(parts, ctx, { config: given, secrets, concurrency: 1, configChanged: keep });
  const { config: normalized, migrated, issues } = normalizeConfig(spec, first);
  const words = `The settings do not fit: ${issues.join('; ')}.`;
  if (issues.length > 0 && proves) throw new ConnectorError('configuration', words);
  if (issues.length > 0) ctx.log.warn({}, words);
  secrets.add(secretValues(specification, normalized));
  if (migrated) await keep(migrated);

  const before = { ...normalized, ...overrides };
  // Components look at this very object, so that all of them see a token that one of them has renewed.
  const config: Record<string, JsonObject[string]> = structuredClone(before);
  let kept = migrated ?? given;
  const build = makeBuild(parts, ctx, {
    config,
    secrets,
    concurrency: concurrencyOf(asObject(manifest['concurrency_level']), config),
    configChanged(changed) {
      kept = withChanges(kept, before, changed);
      secrets.add(secretValues(specification, changed));
      Object.assign(config, changed);
      return keep(kept);
    },
  });
  return { build, streams: () => listStreams(manifest, build) };
}

/** What components are given of the settings, and what of them is the connector's own. */
function settingsOf(
  ctx: ConnectorContext,
  specification: JsonObject,
): { readonly given: JsonObject; readonly own: JsonObject } {
  const all = plainConfig(ctx.config, ctx.credentials, specification);
  const { [ENTITIES]: entities, ...given } = all;
  // A manifest may have a setting of that name.
  if (entities === undefined || ENTITIES in (asObject(specification['properties']) ?? {}))
    return { given: all, own: {} };
  return { given, own: { [ENTITIES]: entities } };
}

interface BuildGround extends Pick<Build, 'config' | 'concurrency' | 'configChanged'> {
  readonly secrets: Pick<Build, 'guard' | 'shown'>;
}

function makeBuild(
  { manifest, custom, files }: ManifestParts,
  ctx: ConnectorContext,
  { config, concurrency, configChanged, secrets }: BuildGround,
): Build {
  const granted = grantedCredentials(ctx.credentials);
  const build: Build = {
    config,
    ctx,
    custom,
    guard: secrets.guard,
    shown: secrets.shown,
    budget: buildBudget(asObject(manifest['api_budget']) as Component | undefined, config, ctx.clock, ctx.signal),
    concurrency,
    manifest,
    files,
    stream: (definition) => buildStream(definition, build),
    retriever: (definition, stream) => buildRetriever(definition, build, stream),
    configChanged,
    ...(granted && { grantedAuthorization: granted.authorization }),
  };
  return build;
}
