/**
 * A key service (KMS) outside of this host: it wraps and unwraps the keys of our ring by a key that never leaves it.
 *
 * It is asked when a process starts, when a key is added and when the ring is wrapped anew; never for a single value, so that
 * a service that is away keeps nothing from running. An adapter implements this for one vendor; it gets no more than the 32
 * bytes of a ring's key, and must give the same bytes back.
 */
export interface KeyService {
  /** What it is, for people: no secrets. */
  readonly name: string;
  /** Wraps 32 bytes; the text is what `unwrap` takes, on one line. @throws ConfigError when the service refuses or does not answer */
  wrap(key: Buffer): Promise<string>;
  /** @throws ConfigError when the text is not from this service and key, or the service refuses or does not answer */
  unwrap(wrapped: string): Promise<Buffer>;
  /** The same key, wrapped by the newest version of the service's own key. @throws ConfigError as `unwrap` */
  rewrap(wrapped: string): Promise<string>;
  close(): Promise<void>;
}
