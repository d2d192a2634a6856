import { ConnectorError } from './connector-error.ts';

/** The far end says that it is gone for good and wants no more calls: whoever calls it by a rule switches the rule off. */
export class FarEndGone extends ConnectorError {
  constructor(message: string) {
    super('invalid_answer', message);
    this.name = 'FarEndGone';
  }
}
