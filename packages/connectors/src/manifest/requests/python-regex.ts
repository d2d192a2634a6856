import { ConnectorError } from '../../kit/connector-error.ts';

/** A regular expression of a manifest, which is written for Python. Throws `ConnectorError('configuration')`. */
export function pythonRegex(source: string): RegExp {
  const translated = source.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$').replaceAll('\\A', '^');
  try {
    return new RegExp(translated);
  } catch {
    throw new ConnectorError('configuration', `The manifest's pattern "${source}" is no valid regular expression.`);
  }
}
