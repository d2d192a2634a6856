import { z } from 'zod';
import { direct, none } from '../../kit/auth.ts';
import type { AuthScheme, OAuthScheme } from '../../kit/auth.ts';
import type { Connector, SpecifiedConfiguration, Stream } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { entityTypeName } from '../../kit/define-connector.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import type { Component } from '../model/component.ts';
import { loginSettings } from '../specification/login-settings.ts';
import type { SpecifiedLogin } from '../specification/oauth-of-specification.ts';
import { publishedSpecification } from '../specification/published-specification.ts';
import { signInOf } from '../specification/sign-in.ts';
import { secretNames, settingsFields } from '../specification/settings-fields.ts';
import { ENTITIES, entityOptions } from './entity-options.ts';
import type { ManifestOutline } from './manifest-outline.ts';
import type { ManifestContents, ManifestParts } from './open-manifest.ts';

export interface ConnectorWords {
  /** The connector's id; public API, never changed. */
  readonly id: string;
  /** Default: the title of the specification, else the id. */
  readonly title?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /**
   * Access that a person grants at the provider, beside the settings that can be typed in. It authenticates all requests, and
   * goes before what `advanced_auth` of the manifest says.
   */
  readonly oauth?: OAuthScheme;
}

interface Described {
  readonly words: ConnectorWords;
  readonly outline: ManifestOutline;
  /** Loads the manifest itself, which is wanted when the source is asked. */
  readonly load: () => Promise<ManifestContents>;
}

/** APIs tell their limits by 429 and the manifest by its budget; ours is only there so that nothing runs away. */
const REQUESTS_PER_MINUTE = 30_000;

/** A connector from what its manifest says of itself; the manifest is loaded when the source is asked. */
export function outlinedConnector({ words, outline, load }: Described): Connector {
  const { id, oauth } = words;
  const { spec, streams, concurrency, renewal } = outline;
  const specification = asObject(spec?.['connection_specification']) ?? {};
  const title = words.title ?? textOf(specification['title']) ?? id;
  // Whoever gives a sign-in of their own does without the manifest's.
  const signIn = oauth ? { warnings: [] } : signInOf({ id, title, spec, renewal });
  const parts = async (): Promise<ManifestParts> => ({ ...(await load()), spec, login: signIn.login });
  const usual = outline.description ?? `Reads ${title} by a declarative manifest.`;
  return {
    id,
    title,
    description: [words.description ?? usual, ...signIn.warnings].join(' '),
    labels: words.labels ?? [],
    ...settingsOf(spec, specification, oauth ?? signIn.login),
    endpoint: [],
    limits: { requestsPerMinute: REQUESTS_PER_MINUTE, concurrency },
    entityTypes: streams.map((name) => entityTypeName(id, name)),
    specified: specifiedBy(spec, specification),
    check: async (ctx) => check(await parts(), ctx),
    discover: async (ctx) => discover(id, await parts(), ctx),
  };
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** The settings as forms and the API take them. */
function settingsOf(
  spec: JsonObject | undefined,
  specification: JsonObject,
  granted: OAuthScheme | SpecifiedLogin | undefined,
): Pick<Connector, 'auth' | 'config'> {
  const rules = asObject(spec?.['config_normalization_rules']);
  const migrates = objectsOf(rules?.['config_migrations']).length > 0;
  // Settings that are still to be migrated lack what the new ones need; the specification judges them afterwards.
  const judged = migrates ? { ...specification, required: [] } : specification;
  const { config: plain, credentials } = settingsFields(judged);
  const login = granted && 'scheme' in granted ? granted : undefined;
  const oauth = granted && 'scheme' in granted ? granted.scheme : granted;
  const config = login ? loginSettings(judged, login) : plain;
  const secret = Object.keys(credentials).length > 0;
  const typed: readonly AuthScheme[] = secret ? [direct(z.object(credentials))] : [none];
  const auth = oauth ? [oauth, ...typed] : typed;
  return { auth, config: z.looseObject({ ...config, ...(!(ENTITIES in config) && { [ENTITIES]: entityOptions }) }) };
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
  const [{ openManifest }, { checkManifest, checkOverrides }] = await Promise.all([
    import('./open-manifest.ts'),
    import('../check/check-manifest.ts'),
  ]);
  const definition = asObject(parts.manifest['check']) as Component;
  const { streams } = await openManifest(parts, ctx, { overrides: checkOverrides(definition), proves: true });
  return checkManifest(definition, await streams());
}

async function discover(id: string, parts: ManifestParts, ctx: ConnectorContext): Promise<readonly Stream[]> {
  const [{ openManifest }, { discoverManifest }, { stateShapes }] = await Promise.all([
    import('./open-manifest.ts'),
    import('./discover-manifest.ts'),
    import('./state-shapes.ts'),
  ]);
  const { streams } = await openManifest(parts, ctx);
  return discoverManifest(id, await streams(), ctx, stateShapes(parts.manifest));
}
