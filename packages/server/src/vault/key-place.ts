import { join } from 'node:path';
import type { Clock } from '@tributary/connectors/kit/context';
import { ConfigError, settings, type Config } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { KEY_FILE, parseKey } from './key-file.ts';
import type { KeyService } from './key-service.ts';
import { createTransitKeyService } from './transit-key-service.ts';
import { WRAPPED_KEY_FILE } from './wrapped-key-file.ts';

/** Where the keys of an installation may be, as the configuration says. */
export interface KeyPlace
  extends
    Pick<Config, 'dataDir'>,
    Partial<Pick<Config, 'vaultKeys' | 'vaultTransitUrl' | 'vaultTransitKey' | 'vaultTransitToken'>> {
  readonly clock?: Clock;
}

/** Where the newest key is, and where a new one would go. */
export type KeySourceKind = 'file' | 'environment' | 'key_service';

/** A key service is asked before the environment, and the environment before the file; what is asked later still opens. */
export function newestSource({ vaultKeys, vaultTransitUrl }: KeyPlace): KeySourceKind {
  if (vaultTransitUrl !== undefined) return 'key_service';
  return vaultKeys === undefined ? 'file' : 'environment';
}

export function keyFilePath({ dataDir }: KeyPlace): string {
  return join(dataDir, KEY_FILE);
}

export function wrappedKeyPath({ dataDir }: KeyPlace): string {
  return join(dataDir, WRAPPED_KEY_FILE);
}

/** The keys of the environment, newest last; none when the variable is not set. */
export function environmentKeys({ vaultKeys }: KeyPlace): readonly Buffer[] {
  const texts = vaultKeys?.reveal().split(',') ?? [];
  return texts.map((text) => parseKey(text.trim())).filter((key) => key !== undefined);
}

/** Works with the key service of the configuration, and closes its connections. @throws ConfigError when it is not wholly named */
export async function withKeyService<T>(place: KeyPlace, work: (service: KeyService) => Promise<T>): Promise<T> {
  const {
    vaultTransitUrl: url,
    vaultTransitKey: key = 'tributary',
    vaultTransitToken: token,
    clock = systemClock,
  } = place;
  if (url === undefined || token === undefined) {
    const lacking = url === undefined ? settings.vaultTransitUrl : settings.vaultTransitToken;
    throw new ConfigError([`${lacking.env} is missing: the key service of the vault needs address and token`]);
  }
  const service = createTransitKeyService({ url, key, token, clock });
  try {
    return await work(service);
  } finally {
    await service.close();
  }
}
