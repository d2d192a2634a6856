import type { Failure } from './fault.ts';

/** What the selection forbids came up while rows were read: it ends in this failure, whatever the connector does. */
export class PolicyViolation extends Error {
  override readonly name = 'PolicyViolation';
  readonly fault: Failure;

  constructor(fault: Failure) {
    super(fault.message);
    this.fault = fault;
  }
}
