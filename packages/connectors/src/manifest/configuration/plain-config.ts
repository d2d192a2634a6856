import type { JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { parseJson } from '../specification/secret-field.ts';
import { holdsText } from '../specification/secret-schema.ts';
import { asObject } from './as-object.ts';
import { GRANTED, grantedCredentials } from './granted-credentials.ts';

/**
 * The mapping that templates work on: the parsed settings of a context with their secrets as plain values. The only place
 * that takes them out of `Secret`; whoever shows or sends a text made of it uses `secretTexts`.
 * Of a grant, what the provider said beside the token is there as `granted`; the token itself is nowhere.
 * @param specification `connection_specification` of the manifest; says which secrets are the JSON of nested settings.
 */
export function plainConfig(config: unknown, credentials: unknown, specification: JsonObject): JsonObject {
  const granted = grantedCredentials(credentials);
  if (granted) return { ...asObject(config), [GRANTED]: { ...granted.captured } };
  const settings = asObject(specification['properties']) ?? {};
  const revealed = Object.entries(asObject(credentials) ?? {}).map(([name, value]) => {
    const given: unknown = value;
    if (!(given instanceof Secret)) return [name, value] as const;
    const text = given.reveal();
    return [name, holdsText(asObject(settings[name])) ? text : (parseJson(text) ?? text)] as const;
  });
  return { ...asObject(config), ...Object.fromEntries(revealed) };
}
