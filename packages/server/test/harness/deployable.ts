import { join } from 'node:path';
import type { ControlStore } from '../../src/control/database.ts';
import { openSqliteControlStore } from '../../src/control/sqlite.ts';
import { DeploymentRig } from '../../src/deployments/testing/deployment-rig.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** Stores a connection that workers can hold in the first project of a service on embedded stores. */
export async function addDeployable(dataDir: string, handle: string): Promise<void> {
  const path = join(dataDir, 'control.sqlite');
  const control = await openSqliteControlStore({ path, clock: systemClock, busy: 'retry', migrations: 'verify' });
  await addDeployableTo(control, dataDir, handle);
  await control.close();
}

/** The same in whatever control store. */
export async function addDeployableTo(control: ControlStore, dataDir: string, handle: string): Promise<void> {
  const rig = await DeploymentRig.open(control, dataDir);
  await rig.addConnection(await rig.firstProject(), { handle });
}
