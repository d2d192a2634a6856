import type { ErrorResolution } from './error-handler.ts';

const failed = (failureType: NonNullable<ErrorResolution['failureType']>, message: string): ErrorResolution => ({
  action: 'FAIL',
  failureType,
  message,
});

const transient = (message: string): ErrorResolution => ({ action: 'RETRY', failureType: 'transient_error', message });

/** What statuses mean when the manifest does not say (CDK `default_error_mapping`). */
const BY_STATUS: ReadonlyMap<number, ErrorResolution> = new Map([
  [400, failed('system_error', 'The source takes the request for a wrong one; look at its parameters.')],
  [401, failed('config_error', 'The source does not take the credential; renew it.')],
  [403, failed('config_error', 'The credential may not read this; give it the right to.')],
  [404, failed('system_error', 'The source does not know this address.')],
  [405, failed('system_error', 'The source does not take this method.')],
  [408, transient('The source waited too long for the request.')],
  [
    429,
    {
      action: 'RATE_LIMITED',
      failureType: 'transient_error',
      message: 'The source says that there were too many requests.',
    },
  ],
  [500, transient('The source has an error of its own.')],
  [502, transient('A gateway of the source got no good answer.')],
  [503, transient('The source is not available.')],
  [504, transient('A gateway of the source waited too long.')],
]);

/** The default for a status, when there is one. */
export const mappedStatus = (status: number): ErrorResolution | undefined => BY_STATUS.get(status);

/** For errors that neither the manifest nor the mapping knows. */
export const unmappedStatus = (status: number): ErrorResolution => ({
  action: 'RETRY',
  failureType: 'system_error',
  message: `The source answered with the status ${status}, which is unexpected.`,
});
