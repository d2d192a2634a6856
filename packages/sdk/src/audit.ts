import type { AuditVerification } from './native-model.ts';
import type { CallOptions, Transport } from './transport.ts';

/** Sequence and hash of an event, as an earlier verification or the log told them. */
export interface NotedEvent {
  readonly sequence: number;
  readonly hash: string;
}

/** The log of changes made through the API. */
export class Audit {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Tells whether the log is as it was written, and where it is not; `noted` is an event that must still be in it. */
  verify(options: CallOptions & { readonly noted?: NotedEvent } = {}): Promise<AuditVerification> {
    const { noted, signal } = options;
    const query = noted ? `?sequence=${noted.sequence}&hash=${encodeURIComponent(noted.hash)}` : '';
    return this.#transport.json({ method: 'GET', path: `/tributary/v1/audit/verify${query}`, signal });
  }
}
