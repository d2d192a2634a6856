import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject } from '../configuration/as-object.ts';

/** Marks of the manifest language on objects that the protocol publishes without them. */
const MARKS: ReadonlySet<unknown> = new Set([
  'AuthFlow',
  'OAuthConfigSpecification',
  'OauthConnectorInputSpecification',
]);

const LOGIN = 'oauth_connector_input_specification';

/** With how scopes are joined, as the published schema has it by default. */
const loginOf = (given: Json | undefined): Json => ({ scopes_join_strategy: 'space', ...asObject(published(given)) });

function published(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((one: Json) => published(one) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, one]) =>
      name !== '$parameters' && one !== null && one !== undefined && !(name === 'type' && MARKS.has(one)),
  );
  return Object.fromEntries(kept.map(([name, one]) => [name, name === LOGIN ? loginOf(one) : published(one)]));
}

/**
 * The payload of the protocol's SPEC message, from a manifest's `spec` (`Spec`); a manifest without one takes any mapping.
 * Names are the protocol's: https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol.
 */
export function publishedSpecification(spec: JsonObject | undefined): JsonObject {
  const { connection_specification: settings, documentation_url: page, advanced_auth: auth } = spec ?? {};
  const oldPage = spec?.['documentationUrl'];
  return {
    connectionSpecification: asObject(settings) ?? { type: 'object', properties: {}, additionalProperties: true },
    ...((page ?? oldPage) != null && { documentationUrl: page ?? oldPage }),
    ...(auth != null && { advanced_auth: published(auth) }),
  };
}
