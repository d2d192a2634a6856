import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import { keyIdOf } from './key-ring.ts';
import type { KeyService } from './key-service.ts';
import { changingFile, readPrivateFile, replacePrivateFile } from './private-file.ts';

/** The file of the data directory in which keys are that a key service has wrapped. */
export const WRAPPED_KEY_FILE = 'vault.wrapped.json';

/** A key of the ring as the file has it. */
export interface WrappedRingKey {
  readonly id: string;
  /** What the key service made of it. */
  readonly wrapped: string;
  /**
   * The same key, sealed by the one before it, so that processes that run with that one learn the new one at once and
   * without the key service. It is taken out when old keys are.
   */
  readonly handover?: { readonly by: string; readonly sealed: string } | undefined;
}

const Content = z.object({
  format: z.literal(1),
  keys: z
    .array(
      z.object({
        id: z.string(),
        wrapped: z.string(),
        handover: z.object({ by: z.string(), sealed: z.string() }).optional(),
      }),
    )
    .min(1),
});

/**
 * The keys of the file, newest last; undefined when there is none.
 * @throws ConfigError when others than its owner can read it, or it is broken
 */
export function readWrappedKeys(path: string): readonly WrappedRingKey[] | undefined {
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    return Content.parse(JSON.parse(text)).keys;
  } catch {
    throw new ConfigError([`${path} is not a file of wrapped vault keys. Restore it from a backup`]);
  }
}

function write(path: string, keys: readonly WrappedRingKey[]): void {
  replacePrivateFile(path, `${JSON.stringify({ format: 1, keys }, null, 2)}\n`);
}

/** Adds a key that the service has wrapped; `before` is the key that running processes have. */
export function addToWrappedKeys(
  path: string,
  key: Buffer,
  { wrapped, before }: { readonly wrapped: string; readonly before: Buffer | undefined },
): void {
  const id = keyIdOf(key);
  const handover = before && {
    by: keyIdOf(before),
    sealed: encrypt(before, key, handoverData(id)).toString('base64'),
  };
  changingFile(path, () =>
    write(path, [...(readWrappedKeys(path) ?? []), { id, wrapped, ...(handover && { handover }) }]),
  );
}

/** Makes the file with its first key, unless another process just did. */
export function createWrappedKeys(path: string, key: Buffer, wrapped: string): void {
  changingFile(path, () => {
    if (!readWrappedKeys(path)) write(path, [{ id: keyIdOf(key), wrapped }]);
  });
}

/** Takes keys out, and with them what was handed over: by now every process has learned it. */
export function removeFromWrappedKeys(path: string, ids: ReadonlySet<string>): void {
  changingFile(path, () => {
    const keys = readWrappedKeys(path) ?? [];
    const stays = keys.filter(({ id }) => !ids.has(id)).map(({ id, wrapped }) => ({ id, wrapped }));
    if (stays.length > 0) write(path, stays);
  });
}

/** Lets the service wrap every key by the newest version of its own. */
export async function rewrapWrappedKeys(path: string, service: KeyService): Promise<void> {
  const fresh = new Map<string, string>();
  for (const { id, wrapped } of readWrappedKeys(path) ?? []) fresh.set(id, await service.rewrap(wrapped));
  changingFile(path, () => {
    const keys = readWrappedKeys(path) ?? [];
    write(
      path,
      keys.map((key) => ({ ...key, wrapped: fresh.get(key.id) ?? key.wrapped })),
    );
  });
}

/** Keys by id; as far as they are known, or were handed over by one that is. */
export function learnHandedOver(
  entries: readonly WrappedRingKey[],
  known: ReadonlyMap<string, Buffer>,
): ReadonlyMap<string, Buffer> {
  const keys = new Map(known);
  for (const { id, handover } of entries) {
    const by = handover && keys.get(handover.by);
    if (keys.has(id) || !by || !handover) continue;
    const key = decrypt(by, Buffer.from(handover.sealed, 'base64'), handoverData(id));
    if (key && keyIdOf(key) === id) keys.set(id, key);
  }
  return keys;
}

/** Asks the service for every key that is not `known`. @throws ConfigError when it gives another key, or none */
export async function unwrapKeys(
  entries: readonly WrappedRingKey[],
  service: KeyService,
  known: ReadonlyMap<string, Buffer> = new Map(),
): Promise<ReadonlyMap<string, Buffer>> {
  const keys = new Map(known);
  for (const { id, wrapped } of entries) {
    if (keys.has(id)) continue;
    const key = await service.unwrap(wrapped);
    if (keyIdOf(key) !== id) throw new ConfigError([`The key service ${service.name} gave another key than ${id}`]);
    keys.set(id, key);
  }
  return keys;
}

function handoverData(id: string): Buffer {
  return Buffer.from(JSON.stringify(['tributary', 'handover', id]));
}
