import type { JsonObject } from '../../kit/json.ts';
import type { SpecifiedLogin } from '../specification/oauth-of-specification.ts';
import { asObject } from './as-object.ts';
import { putAt } from './config-path.ts';
import type { MutableConfig } from './config-path.ts';

/** The settings with what signing in has said, where the specification wants it; the choice between methods is made too. */
export function grantedSettings(
  config: JsonObject,
  login: SpecifiedLogin,
  captured: Readonly<Record<string, string>>,
): JsonObject {
  const made = structuredClone(config) as MutableConfig;
  if (login.choice) putAt(made, login.choice.path, login.choice.value);
  for (const { name, path } of login.placements) {
    const value = captured[name];
    if (value !== undefined) putAt(made, path, value);
  }
  return asObject(made) ?? {};
}
