import type { Logger } from '@tributary/connectors/kit/context';
import type { Config } from '../config.ts';
import { offerExecutables } from '../connections/operator-executables.ts';
import { type ConnectorRegistry, createRegistry } from '../connections/registry.ts';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { createOwnConnectors } from './own-connectors.ts';

interface Needs {
  readonly config: Pick<Config, 'internalSources' | 'allowExecutables' | 'dataDir'>;
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly manifests: ManifestReader;
}

/**
 * The connectors of this process: ours, the operator's executables, and what organizations have added.
 * @throws ConfigError when the declaration of the executables cannot be used
 */
export function openRegistry({ config, control, clock, log, manifests }: Needs): ConnectorRegistry {
  const executables = offerExecutables({ config, clock, log });
  return createRegistry({
    internal: config.internalSources,
    own: createOwnConnectors({ control, manifests }),
    executables,
  });
}
