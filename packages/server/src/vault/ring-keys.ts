import { randomBytes } from 'node:crypto';
import { errors } from '../errors.ts';
import { KEY_BYTES } from './aes-gcm.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';
import { environmentKeys, keyFilePath, newestSource, withKeyService, wrappedKeyPath } from './key-place.ts';
import type { KeyPlace, KeySourceKind } from './key-place.ts';
import { keyIdOf, type LookForKeys } from './key-ring.ts';
import { versionOf } from './private-file.ts';
import {
  createWrappedKeys,
  learnHandedOver,
  readWrappedKeys,
  unwrapKeys,
  type WrappedRingKey,
} from './wrapped-key-file.ts';

/** A key of the ring, and where it comes from. */
export interface RingKey {
  readonly id: string;
  readonly key: Buffer;
  readonly source: KeySourceKind;
}

/** How often a process with a key service looks whether there is a key that nobody handed to it. */
const LOOK_EVERY_MS = 10_000;

/**
 * The keys of an installation, from all places that its configuration names: the file, then the environment, then the key
 * service. The newest of the last place wraps; the others open what they sealed, so that keys can move from one place to
 * another.
 */
export class RingKeys {
  readonly #place: KeyPlace;
  /** Keys of the service that this process has learned, by id. */
  #learned: ReadonlyMap<string, Buffer> = new Map();
  #file: readonly Buffer[] = [];
  #entries: readonly WrappedRingKey[] = [];
  #versions = '';

  constructor(place: KeyPlace) {
    this.#place = place;
  }

  /** Reads all places. @throws ConfigError when one is broken, readable by others, or the key service does not open its keys */
  async load(): Promise<void> {
    this.#versions = this.#currentVersions();
    this.#file = readKeyFile(keyFilePath(this.#place)) ?? [];
    if (newestSource(this.#place) !== 'key_service') return;
    this.#entries = readWrappedKeys(wrappedKeyPath(this.#place)) ?? [];
    if (this.#entries.length === 0) return;
    this.#learned = await withKeyService(this.#place, (service) => unwrapKeys(this.#entries, service, this.#learned));
  }

  /** Makes the first key of the newest place when that has none. */
  async createFirst(): Promise<void> {
    const source = newestSource(this.#place);
    if (this.#keysOf(source).length > 0) return;
    if (source === 'file') createKeyFile(keyFilePath(this.#place));
    if (source === 'key_service') {
      const key = randomBytes(KEY_BYTES);
      const wrapped = await withKeyService(this.#place, (service) => service.wrap(key));
      createWrappedKeys(wrappedKeyPath(this.#place), key, wrapped);
    }
    await this.load();
  }

  /** All that are known, newest last. */
  list(): readonly RingKey[] {
    return (['file', 'environment', 'key_service'] as const).flatMap((source) =>
      this.#keysOf(source).map((key) => ({ id: keyIdOf(key), key, source })),
    );
  }

  /** For a ring that lives on while keys are added. What cannot be read leaves the ring as it is. */
  readonly look: LookForKeys = () => {
    const versions = this.#currentVersions();
    if (versions === this.#versions || !this.#reread()) return undefined;
    this.#versions = versions;
    const keys = this.list().map(({ key }) => key);
    return keys.length > 0 ? keys : undefined;
  };

  /** Takes over what the files hold now; answers whether it could. */
  #reread(): boolean {
    const read = this.#readFiles();
    if (!read) return false;
    const learned = learnHandedOver(read.entries, this.#learned);
    const newest = read.entries.at(-1);
    if (newest && !learned.has(newest.id)) {
      // Nobody handed it over; it is asked for soon. Until then a key seals that the file still names: no other process
      // would open what another one had sealed.
      const current = this.#entries.at(-1)?.id;
      if (read.entries.some(({ id }) => id === current)) return false;
      throw errors.vault_key_unknown({ id: newest.id });
    }
    this.#file = read.file;
    this.#entries = read.entries;
    this.#learned = learned;
    return true;
  }

  #readFiles(): { readonly file: readonly Buffer[]; readonly entries: readonly WrappedRingKey[] } | undefined {
    const wrapped = newestSource(this.#place) === 'key_service';
    try {
      return {
        file: readKeyFile(keyFilePath(this.#place)) ?? [],
        entries: (wrapped ? readWrappedKeys(wrappedKeyPath(this.#place)) : undefined) ?? [],
      };
    } catch {
      return undefined;
    }
  }

  /** Learns from the key service, now and then, what `look` cannot. Ends with the process and does not keep it alive. */
  keepLearning(): void {
    if (newestSource(this.#place) !== 'key_service') return;
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      // A service that is away is asked again the next time; nothing that runs needs it.
      void this.learn()
        .catch(() => undefined)
        .finally(() => {
          busy = false;
        });
    }, LOOK_EVERY_MS);
    timer.unref();
  }

  /** Asks the key service for keys that are in the file and not known; nothing when there are none. */
  async learn(): Promise<void> {
    const entries = readWrappedKeys(wrappedKeyPath(this.#place)) ?? [];
    this.#learned = learnHandedOver(entries, this.#learned);
    if (entries.every(({ id }) => this.#learned.has(id))) return;
    this.#learned = await withKeyService(this.#place, (service) => unwrapKeys(entries, service, this.#learned));
  }

  #keysOf(source: KeySourceKind): readonly Buffer[] {
    if (source === 'file') return this.#file;
    if (source === 'environment') return environmentKeys(this.#place);
    return this.#entries.map(({ id }) => this.#learned.get(id)).filter((key) => key !== undefined);
  }

  #currentVersions(): string {
    return `${versionOf(keyFilePath(this.#place))} ${versionOf(wrappedKeyPath(this.#place))}`;
  }
}
