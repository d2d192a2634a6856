/** Where browsers reach the service; what was configured, or where it listens. */
export class PublicAddress {
  readonly #configured: string | undefined;
  #listening: string | undefined;

  constructor(configured: string | undefined) {
    this.#configured = configured;
  }

  /** Tells the address that the service listens on: with port 0 it is known only then. */
  listensOn(url: string): void {
    const address = new URL(url);
    // These mean every address of the machine, and are none that a browser could go to.
    if (['0.0.0.0', '[::]'].includes(address.hostname)) address.hostname = 'localhost';
    this.#listening = address.origin;
  }

  /** Without a trailing slash. */
  get url(): string {
    const url = this.#configured ?? this.#listening;
    if (url === undefined) throw new Error('the service does not listen yet');
    return url;
  }

  get isSecure(): boolean {
    return this.url.startsWith('https:');
  }

  /** Nobody but this machine reaches it, so whoever uses it develops on it. */
  get isLocal(): boolean {
    return isLoopback(new URL(this.url));
  }
}

/** RFC 8252 §7.3 and §8.3: loopback redirects may name any port, and `localhost` beside the addresses. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
