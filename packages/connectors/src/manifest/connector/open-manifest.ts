import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import { buildBudget } from '../budget/build-budget.ts';
import { asObject } from '../configuration/as-object.ts';
import { withChanges } from '../configuration/changed-config.ts';
import { GRANTED, grantedCredentials } from '../configuration/granted-credentials.ts';
import { grantedSettings } from '../configuration/granted-settings.ts';
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
import type { SpecifiedLogin } from '../specification/oauth-of-specification.ts';
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
  /** The sign-in that the specification describes, when it can be used. */
  readonly login?: SpecifiedLogin | undefined;
}

/** What of a manifest is needed to read. */
export type ManifestContents = Pick<ManifestParts, 'manifest' | 'custom' | 'files'>;

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
  const { given, own, made } = settingsOf(ctx, specification, parts.login);
  const secrets = secretTexts(secretValues(specification, given));
  const keep = (config: JsonObject): Promise<void> => {
    const settings = Object.entries(config).filter(([name]) => !made.has(name));
    return ctx.keepConfiguration?.({ ...Object.fromEntries(settings), ...own }) ?? Promise.resolve();
  };

  const first = makeBuild(parts, ctx, { config: given, secrets, concurrency: 1, configChanged: keep });
  const { config: normalized, migrated, issues } = normalizeConfig(spec, first, parts.login?.replaced);
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

interface SplitSettings {
  /** What components are given. */
  readonly given: JsonObject;
  /** What is the connector's own. */
  readonly own: JsonObject;
  /** Names that a grant has brought along; they are nobody's settings. */
  readonly made: ReadonlySet<string>;
}

function settingsOf(
  ctx: ConnectorContext,
  specification: JsonObject,
  login: SpecifiedLogin | undefined,
): SplitSettings {
  const all = plainConfig(ctx.config, ctx.credentials, specification);
  const known = asObject(specification['properties']) ?? {};
  // A manifest may have a setting of that name.
  const apart = [ENTITIES, ...Object.keys(login?.settings ?? {})].filter((name) => name in all && !(name in known));
  const parts = Map.groupBy(Object.entries(all), ([name]) => apart.includes(name));
  const own = Object.fromEntries(parts.get(true) ?? []);
  const plain = Object.fromEntries(parts.get(false) ?? []);
  const granted = grantedCredentials(ctx.credentials);
  const given = granted && login ? grantedSettings(plain, login, granted.captured) : plain;
  const made = Object.keys(given).filter((name) => name === GRANTED || !(name in plain));
  return { given, own, made: new Set(made) };
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
    budget: buildBudget(asObject(manifest['api_budget']) as Component | undefined, { config, ctx }),
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
