import type { JsonObject } from '../../kit/json.ts';
import { asObject } from '../configuration/as-object.ts';
import { grantedSpecification } from './granted-specification.ts';
import type { SpecifiedLogin } from './oauth-of-specification.ts';
import { plainField } from './plain-field.ts';
import { type SettingsFields, settingsFields } from './settings-fields.ts';

/**
 * The plain settings of a specification with a sign-in. What signing in replaces need not be given; whoever types everything in is told
 * by the specification when it is checked.
 */
export function loginSettings(
  specification: JsonObject,
  { settings, replaced }: Pick<SpecifiedLogin, 'settings' | 'replaced'>,
): SettingsFields['config'] {
  const { config } = settingsFields(grantedSpecification(specification, replaced, { secrets: false }));
  const apart = Object.entries(settings).map(
    ([name, schema]) => [name, plainField(name, asObject(schema) ?? {}, false)] as const,
  );
  return { ...config, ...Object.fromEntries(apart) };
}
