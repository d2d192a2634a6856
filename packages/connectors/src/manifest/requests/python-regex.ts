import { RE2JS } from 're2js';
import { ConnectorError } from '../../kit/connector-error.ts';

/**
 * A regular expression of a manifest, which is written for Python. The engine takes time in proportion to the text, so that no
 * pattern can hang it; it knows neither look-around nor references back. Throws `ConnectorError('configuration')`.
 */
export function pythonRegex(source: string): RE2JS {
  try {
    return RE2JS.compile(source.replaceAll('\\Z', '\\z'));
  } catch {
    throw new ConnectorError(
      'configuration',
      `The manifest's pattern "${source}" is no regular expression that is understood.`,
    );
  }
}
