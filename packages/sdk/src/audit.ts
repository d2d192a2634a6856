import type { AuditVerification } from './native-model.ts';
import type { CallOptions, Transport } from './transport.ts';

/** The log of changes made through the API. */
export class Audit {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Tells whether the log is as it was written, and where it is not. */
  verify(options: CallOptions = {}): Promise<AuditVerification> {
    return this.#transport.json({ method: 'GET', path: '/tributary/v1/audit/verify', signal: options.signal });
  }
}
