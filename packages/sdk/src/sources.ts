import type { Source } from './model.ts';
import type { CallOptions, Transport } from './transport.ts';

/** The kinds of systems that can be read, with the fields that each wants. */
export class Sources {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  list(options: CallOptions = {}): Promise<readonly Source[]> {
    return this.#transport.json({ method: 'GET', path: '/v1/sources', signal: options.signal });
  }

  get(shortName: string, options: CallOptions = {}): Promise<Source> {
    return this.#transport.json({
      method: 'GET',
      path: `/v1/sources/${encodeURIComponent(shortName)}`,
      signal: options.signal,
    });
  }
}
