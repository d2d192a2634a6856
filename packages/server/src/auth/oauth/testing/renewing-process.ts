import { setTimeout as delay } from 'node:timers/promises';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { systemClock } from '../../../lib/clock.ts';
import { onFailpoint, type Failpoint } from '../../../lib/failpoints.ts';
import { openVault } from '../../../vault/open-vault.ts';
import type { CredentialRef } from '../credential-ref.ts';
import { openKeeper, openPlace, type Place } from './keeper-rig.ts';

/** What the process is told, as its one argument. */
export interface Orders {
  readonly place: Place;
  readonly ref: CredentialRef;
  readonly provider: OAuth2Provider;
  readonly leaseMs: number;
  /** Ask for a header again and again, not once when told. */
  readonly forEver?: boolean;
  /** Where it kills itself. */
  readonly dieAt?: Failpoint | undefined;
}

/** What it tells. */
export type Told =
  | { readonly type: 'ready' }
  | { readonly type: 'header'; readonly header: string }
  | { readonly type: 'failed'; readonly reason: string; readonly message: string };

const tell = (told: Told): void => void process.send?.(told);

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
onFailpoint((name) => {
  if (name === orders.dieAt) process.kill(process.pid, 'SIGKILL');
});
process.on('disconnect', () => process.exit());
const control = await openPlace(orders.place, 'verify');
const vault = await openVault({ dataDir: orders.place.dataDir, control });
const { keeper } = openKeeper({ ...orders, control, vault, clock: systemClock });

async function once(): Promise<void> {
  try {
    const { authorization } = await keeper.open(orders.ref, orders.provider);
    const header = await authorization.header({ method: 'GET', url: new URL('/api', orders.provider.baseUrl) });
    tell({ type: 'header', header: header.reveal() });
  } catch (error) {
    const reason = error instanceof ConnectorError ? error.reason : 'bug';
    tell({ type: 'failed', reason, message: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', () => void once());
tell({ type: 'ready' });
while (orders.forEver) {
  await once();
  await delay(15);
}
