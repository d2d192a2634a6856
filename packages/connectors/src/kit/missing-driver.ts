import { ConnectorError } from './connector-error.ts';

/** The error for an optional package that is not installed here. */
export function missingDriver(npmPackage: string, what: string, cause?: unknown): ConnectorError {
  return new ConnectorError(
    'configuration',
    `${what} needs the npm package ${npmPackage}, which is not installed here. Install it beside Tributary: npm install ${npmPackage}.`,
    { cause },
  );
}
