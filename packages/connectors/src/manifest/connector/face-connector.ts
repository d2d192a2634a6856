import { z } from 'zod';
import { direct, none } from '../../kit/auth.ts';
import type { AuthScheme, OAuthScheme } from '../../kit/auth.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Connector, SpecifiedConfiguration, Stream } from '../../kit/connector.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import type { Component } from '../model/component.ts';
import { grantedSpecification } from '../specification/granted-specification.ts';
import { oauthOfSpecification } from '../specification/oauth-of-specification.ts';
import type { SpecifiedLogin } from '../specification/oauth-of-specification.ts';
import { plainField } from '../specification/plain-field.ts';
import { publishedSpecification } from '../specification/published-specification.ts';
import { secretNames, settingsFields } from '../specification/settings-fields.ts';
import { ENTITIES, entityOptions } from './entity-options.ts';
import type { ManifestFace } from './manifest-face.ts';
import type { ManifestParts } from './open-manifest.ts';

/** What of a manifest is needed to read. */
export type ManifestContents = Pick<ManifestParts, 'manifest' | 'custom' | 'files'>;

export interface FaceConnectorOptions {
  /** The connector's id; public API, never changed. */
  readonly id: string;
  /** Default: the title of the specification, else the id. */
  readonly title?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** Access that a person grants at the provider; it goes before what the specification says. */
  readonly oauth?: OAuthScheme;
  readonly face: ManifestFace;
  /** Loads the manifest behind the face, when the source is asked. */
  readonly load: () => Promise<ManifestContents>;
}

/** APIs tell their limits by 429 and the manifest by its budget; ours is only there so that nothing runs away. */
const REQUESTS_PER_MINUTE = 30_000;

/** A connector that needs its manifest only when the source is asked: settings and forms are made of the face. */
export function faceConnector({ face, load, ...options }: FaceConnectorOptions): Connector {
  const { id } = options;
  const { spec } = face;
  const specification = asObject(spec?.['connection_specification']) ?? {};
  const title = options.title ?? face.title ?? id;
  const login = options.oauth ? undefined : usableLogin({ id, title, spec, renewal: face.renewal });
  const parts = async (): Promise<ManifestParts> => ({ ...(await load()), spec, login });
  return {
    id,
    title,
    description: options.description ?? face.description ?? `Reads ${title} by a declarative manifest.`,
    labels: options.labels ?? [],
    ...settingsOf(spec, specification, options.oauth ?? login),
    endpoint: [],
    limits: { requestsPerMinute: REQUESTS_PER_MINUTE, concurrency: face.concurrency },
    entityTypes: face.streams.map((name) => entityTypeName(id, name)),
    specified: specifiedBy(spec, specification),
    check: async (ctx) => check(await parts(), ctx),
    discover: async (ctx) => discover(id, await parts(), ctx),
  };
}

/** A sign-in that cannot be used as it is written is told of when a manifest is added; its settings can be typed in all the same. */
function usableLogin(ground: Parameters<typeof oauthOfSpecification>[0]): SpecifiedLogin | undefined {
  try {
    return oauthOfSpecification(ground);
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

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

// The interpreter is loaded when a source is asked, not when its settings are shown.
async function check(parts: ManifestParts, ctx: ConnectorContext): Promise<{ readonly account: string }> {
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
