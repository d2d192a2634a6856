import { ConnectorError, type ConnectorErrorReason } from '@tributary/connectors/kit/connector-error';

/**
 * Why an outside vault gave no credentials:
 * - `key_refused`: it does not take our key; the key has to be renewed there and here.
 * - `account_gone`: it has no such account, or one that its owner or the source has ended.
 * - `missing_fields`: it has the account, but not what the source needs.
 * - `configuration`: something has to be set otherwise, here or there.
 */
export type OutsideProblem = 'key_refused' | 'account_gone' | 'missing_fields' | 'configuration';

const REASON: Record<OutsideProblem, ConnectorErrorReason> = {
  key_refused: 'credential',
  account_gone: 'credential',
  missing_fields: 'configuration',
  configuration: 'configuration',
};

/** A `ConnectorError` that says more exactly what to do; waits and outages come as the plain ones of the guarded client. */
export class OutsideError extends ConnectorError {
  readonly problem: OutsideProblem;

  constructor(problem: OutsideProblem, message: string) {
    super(REASON[problem], message);
    this.problem = problem;
  }
}
