import { z } from 'zod';
import { direct, none } from '../../kit/auth.ts';
import type { AuthScheme, OAuthScheme } from '../../kit/auth.ts';
import type { Connector, SpecifiedConfiguration, Stream } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { entityTypeName } from '../../kit/define-connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { checkManifest, checkOverrides } from '../check/check-manifest.ts';
import { checkOverrideRules } from '../check/check-rules.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { loadManifest } from '../load/load-manifest.ts';
import type { Component } from '../model/component.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { grantedSpecification } from '../specification/granted-specification.ts';
import type { SpecifiedLogin } from '../specification/oauth-of-specification.ts';
import type { SignIn } from '../specification/sign-in.ts';
import { signInOf } from '../specification/sign-in.ts';
import { publishedSpecification } from '../specification/published-specification.ts';
import { plainField } from '../specification/plain-field.ts';
import { secretNames, settingsFields } from '../specification/settings-fields.ts';
import { mostConcurrent } from './most-concurrent.ts';
import { stateShapes } from './describe-manifest.ts';
import { discoverManifest } from './discover-manifest.ts';
import { ENTITIES, entityOptions } from './entity-options.ts';
import type { ManifestParts } from './open-manifest.ts';
import { checkStreamGroups } from './stream-group-rules.ts';

export interface ManifestConnectorOptions {
  /** The connector's id; public API, never changed. */
  readonly id: string;
  /** Default: the title of the specification, else the id. */
  readonly title?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** YAML or JSON text, or what it says. */
  readonly manifest: string | JsonObject;
  /** Files beside the manifest, by their paths from its folder. */
  readonly files?: ReadonlyMap<string, string>;
  /** Ports of its Python classes. */
  readonly custom?: CustomComponents;
  /**
   * Access that a person grants at the provider, beside the settings that can be typed in. It authenticates all requests, and
   * goes before what `advanced_auth` of the manifest says.
   */
  readonly oauth?: OAuthScheme;
}

/** Whoever gives a sign-in of their own does without the manifest's. */
const NOT_ASKED: SignIn = { warnings: [] };

/** APIs tell their limits by 429 and the manifest by its budget; ours is only there so that nothing runs away. */
const REQUESTS_PER_MINUTE = 30_000;

/**
 * A connector of the kit from a declarative manifest (https://docs.airbyte.com/platform/connector-development/config-based/).
 * Throws `ConnectorError('configuration')` when the manifest is not valid.
 */
export function manifestConnector(options: ManifestConnectorOptions): Connector {
  const { id, custom = new Map(), files = new Map() } = options;
  const { manifest } = loadManifest(options.manifest, { custom, files });
  checkOverrideRules(manifest);
  checkStreamGroups(manifest);
  const spec = asObject(manifest['spec']);
  const specification = asObject(spec?.['connection_specification']) ?? {};
  const title = options.title ?? textOf(specification['title']) ?? id;
  const { login, warnings } = options.oauth ? NOT_ASKED : signInOf({ id, title, spec, manifest });
  const parts: ManifestParts = { manifest, spec, custom, files, login };
  return {
    id,
    title,
    description: [
      options.description ?? textOf(manifest['description']) ?? `Reads ${title} by a declarative manifest.`,
      ...warnings,
    ].join(' '),
    labels: options.labels ?? [],
    ...settingsOf(spec, specification, options.oauth ?? login),
    endpoint: [],
    limits: {
      requestsPerMinute: REQUESTS_PER_MINUTE,
      concurrency: mostConcurrent(asObject(manifest['concurrency_level'])),
    },
    entityTypes: objectsOf(manifest['streams']).flatMap((stream) => typeNames(id, stream)),
    specified: specifiedBy(spec, specification),
    check: (ctx) => check(parts, ctx),
    discover: (ctx) => discover(id, parts, ctx),
  };
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const typeNames = (id: string, stream: JsonObject): readonly string[] => {
  if (stream['type'] === 'ConditionalStreams') return objectsOf(stream['streams']).flatMap((one) => typeNames(id, one));
  const name = textOf(stream['name']);
  return name === undefined ? [] : [entityTypeName(id, name)];
};

/** The settings as forms and the API take them. */
function settingsOf(
  spec: JsonObject | undefined,
  specification: JsonObject,
  granted: OAuthScheme | SpecifiedLogin | undefined,
): Pick<Connector, 'auth' | 'config'> {
  const rules = asObject(spec?.['config_normalization_rules']);
  const migrates = objectsOf(rules?.['config_migrations']).length > 0;
  // Settings that are still to be migrated lack what the new ones need; the specification judges them afterwards.
  const { config: plain, credentials } = settingsFields(migrates ? { ...specification, required: [] } : specification);
  const login = granted && 'scheme' in granted ? granted : undefined;
  const oauth = granted && 'scheme' in granted ? granted.scheme : granted;
  const config = login ? settingsWithLogin(specification, login, migrates) : plain;
  const secret = Object.keys(credentials).length > 0;
  const typed: readonly AuthScheme[] = secret ? [direct(z.object(credentials))] : [none];
  const auth = oauth ? [oauth, ...typed] : typed;
  return { auth, config: z.looseObject({ ...config, ...(!(ENTITIES in config) && { [ENTITIES]: entityOptions }) }) };
}

/** What signing in replaces need not be given; whoever types everything in is told by the specification when it is checked. */
function settingsWithLogin(specification: JsonObject, { settings, replaced }: SpecifiedLogin, migrates: boolean) {
  const relaxed = grantedSpecification(specification, replaced, { secrets: false });
  const { config } = settingsFields(migrates ? { ...relaxed, required: [] } : relaxed);
  const apart = Object.entries(settings).map(([name, schema]) => [
    name,
    plainField(name, asObject(schema) ?? {}, false),
  ]);
  return { ...config, ...(Object.fromEntries(apart) as typeof config) };
}

function specifiedBy(spec: JsonObject | undefined, specification: JsonObject): SpecifiedConfiguration {
  const secret = secretNames(specification);
  return {
    specification: publishedSpecification(spec),
    split(given) {
      const parts = Map.groupBy(Object.entries(given), ([name]) => secret.has(name));
      return {
        config: Object.fromEntries(parts.get(false) ?? []),
        credentials: Object.fromEntries(parts.get(true) ?? []),
      };
    },
  };
}

async function check(parts: ManifestParts, ctx: ConnectorContext): Promise<{ readonly account: string }> {
  // The interpreter is loaded when a source is asked, not when its settings are shown.
  const { openManifest } = await import('./open-manifest.ts');
  const definition = asObject(parts.manifest['check']) as Component;
  const { streams } = await openManifest(parts, ctx, { overrides: checkOverrides(definition), proves: true });
  return checkManifest(definition, await streams());
}

async function discover(id: string, parts: ManifestParts, ctx: ConnectorContext): Promise<readonly Stream[]> {
  const { openManifest } = await import('./open-manifest.ts');
  const { streams } = await openManifest(parts, ctx);
  return discoverManifest(id, await streams(), ctx, stateShapes(parts.manifest));
}
