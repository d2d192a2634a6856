import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ControlStore } from '../control/database.ts';
import { errors } from '../errors.ts';
import { must } from '../lib/asserts.ts';
import type { Clock } from '../lib/clock.ts';
import { KEY_BYTES } from './aes-gcm.ts';
import { addToKeyFile, removeFromKeyFile } from './key-file.ts';
import { keyFilePath, newestSource, withKeyService, wrappedKeyPath } from './key-place.ts';
import type { KeyPlace, KeySourceKind } from './key-place.ts';
import { keyIdOf } from './key-ring.ts';
import { openVault } from './open-vault.ts';
import { listKeyUses, type KeyUse } from './repository.ts';
import { rewrapCredentials, type Rewrapped } from './rewrap.ts';
import { RingKeys } from './ring-keys.ts';
import { addToWrappedKeys, removeFromWrappedKeys, rewrapWrappedKeys } from './wrapped-key-file.ts';

type Place = KeyPlace & { readonly control: Pick<ControlStore, 'db'> };

export interface Rotation extends Rewrapped {
  /** Id of the key that was added; undefined where an earlier rotation was gone on with, or keys are not ours to add. */
  readonly added: string | undefined;
  /** Id of the key that seals now. */
  readonly current: string;
}

/**
 * Adds a key to the ring and wraps everything by it, while services and workers run: they learn the key before they open or
 * seal anything with it. When a rotation was interrupted, it is gone on with and no key is added. Keys of the environment are
 * the operator's to add; what older ones have sealed is wrapped anew.
 * @throws ConfigError as `openVault`
 */
export async function rotateVault(
  options: Place & { readonly signal?: AbortSignal; readonly onProgress?: (rewrapped: number) => void },
): Promise<Rotation> {
  const { control, signal, onProgress, ...place } = options;
  const vault = await openVault({ ...place, control });
  const rewrap = () =>
    rewrapCredentials({ control, vault, ...(signal && { signal }), ...(onProgress && { onProgress }) });
  const unfinished = await rewrap();
  const source = newestSource(place);
  if (unfinished.rewrapped > 0 || source === 'environment' || signal?.aborted === true) {
    return { ...unfinished, added: undefined, current: vault.currentKeyId };
  }
  const added = await addKey(place, source);
  const { rewrapped, unreadable } = await rewrap();
  return { rewrapped, unreadable, added, current: vault.currentKeyId };
}

async function addKey(place: KeyPlace, source: Exclude<KeySourceKind, 'environment'>): Promise<string> {
  if (source === 'file') return addToKeyFile(keyFilePath(place));
  const path = wrappedKeyPath(place);
  const keys = new RingKeys(place);
  await keys.load();
  const before = keys.list().at(-1)?.key;
  const key = randomBytes(KEY_BYTES);
  await withKeyService(place, async (service) => {
    await rewrapWrappedKeys(path, service);
    addToWrappedKeys(path, key, { wrapped: await service.wrap(key), before });
  });
  return keyIdOf(key);
}

/** A transaction that sealed just before a key was added, or a process that has not looked for it since, is done by then. */
const SETTLED_AFTER_MS = 60_000;

export interface Retirement {
  /** Ids of the keys that were taken out. */
  readonly removed: readonly string[];
  /** Ids of keys of the environment that open nothing any more: the operator's to take out. */
  readonly idleInEnvironment: readonly string[];
}

/**
 * Takes out the keys that open nothing any more. Waits until the newest key is a minute old, so that every process knows it
 * and nothing is on its way that an older one sealed. Throws `vault_key_in_use` when older keys are still needed.
 */
export async function retireVaultKeys(
  options: Place & { readonly clock: Clock; readonly signal?: AbortSignal; readonly onWait?: (ms: number) => void },
): Promise<Retirement> {
  const { control, signal, onWait, clock, ...place } = options;
  const keys = new RingKeys(place);
  await keys.load();
  const current = must(keys.list().at(-1), 'a vault has a key').id;
  const waitMs = youngestChange(place) + SETTLED_AFTER_MS - clock.now();
  if (waitMs > 0) {
    onWait?.(waitMs);
    await clock.sleep(waitMs, signal);
  }
  const older = (await listKeyUses(control.db)).filter(({ keyId }) => keyId !== current);
  if (older.length > 0) {
    const values = older.reduce((sum, use) => sum + use.values, 0);
    throw errors.vault_key_in_use({ keys: [...new Set(older.map(({ keyId }) => keyId))], values });
  }
  const idle = keys.list().filter(({ id }) => id !== current);
  const idsOf = (source: KeySourceKind) => idle.filter((key) => key.source === source).map(({ id }) => id);
  removeFromKeyFile(keyFilePath(place), new Set(idsOf('file')));
  if (newestSource(place) === 'key_service')
    removeFromWrappedKeys(wrappedKeyPath(place), new Set(idsOf('key_service')));
  return { removed: [...idsOf('file'), ...idsOf('key_service')], idleInEnvironment: idsOf('environment') };
}

/** When a file of keys was last changed; milliseconds since the epoch. */
function youngestChange(place: KeyPlace): number {
  const changes = [keyFilePath(place), wrappedKeyPath(place)].map(
    (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...changes);
}

export interface VaultKeyStatus {
  readonly id: string;
  /** `lost`: values are sealed by it, and no place has it. */
  readonly source: KeySourceKind | 'lost';
  /** It seals what is new. */
  readonly current: boolean;
  /** What it opens; tables without values are left out. */
  readonly uses: readonly KeyUse[];
}

/** The keys of the vault, newest last, and what each opens. Nothing is made or changed. @throws ConfigError as `openVault`, save for keys that are lost */
export async function describeVault({ control, ...place }: Place): Promise<readonly VaultKeyStatus[]> {
  const keys = new RingKeys(place);
  await keys.load();
  const known = keys.list();
  const uses = await listKeyUses(control.db);
  const lost = new Set(uses.map(({ keyId }) => keyId).filter((id) => known.every((key) => key.id !== id)));
  return [...[...lost].map((id) => ({ id, source: 'lost' as const })), ...known].map(({ id, source }) => ({
    id,
    source,
    current: id === known.at(-1)?.id,
    uses: uses.filter(({ keyId }) => keyId === id),
  }));
}
