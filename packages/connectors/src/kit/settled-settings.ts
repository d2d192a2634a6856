import type { ConditionIssue } from './connection-type.ts';
import { ConnectorError } from './connector-error.ts';
import type { Json } from './json.ts';
import { placeholdersIn } from './placeholders.ts';
import { Secret } from './secret.ts';

/**
 * The settings, once they are known to be usable: nothing is left of their placeholders, and they go together. For sources
 * that share their fields with a connection type. Throws `ConnectorError('configuration')`.
 */
export function settledSettings<T extends object>(
  settings: T,
  conditions: (settings: T) => readonly ConditionIssue[],
): T {
  const open = Object.entries(settings).filter(
    ([, value]) => !(value instanceof Secret) && placeholdersIn(value as Json).size > 0,
  );
  if (open.length > 0) {
    const names = open.map(([name]) => name).join(', ');
    throw new ConnectorError(
      'configuration',
      `There is no variable for the placeholders in ${names}; define them, or give values.`,
    );
  }
  const issues = conditions(settings);
  if (issues.length === 0) return settings;
  throw new ConnectorError(
    'configuration',
    issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}
