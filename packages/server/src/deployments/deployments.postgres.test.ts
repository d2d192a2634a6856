import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { postgresHome } from '../control/testing.ts';
import { describeDeployments } from './deployments-contract.ts';
import { DeploymentRig } from './testing/deployment-rig.ts';

describeDeployments('PostgreSQL', postgresHome);

test('a caller is not held for longer than told by a database that does not answer', async () => {
  const home = await postgresHome();
  const control = await home.open();
  const rig = await DeploymentRig.open(control);
  onTestFinished(async () => {
    await rig.close();
    await control.close();
    await home.remove();
  });
  const project = await rig.addProject();
  const id = await rig.addConnection(project);
  const deployments = rig.deployments({ timeoutMs: 300 });
  const placed = await control.transaction((tx) => deployments.place(tx, project.organizationId, id));
  await control.transaction(async (tx) => {
    await sql`lock table worker in access exclusive mode`.execute(tx);
    await expect(deployments.settle(placed)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

test('workers of other processes are told at once, and look anew when the connection that tells them breaks', async () => {
  const home = await postgresHome();
  const [service, other] = [await home.open(), await home.open()];
  const [rig, theirs] = [await DeploymentRig.open(service), await DeploymentRig.open(other)];
  onTestFinished(async () => {
    await theirs.close();
    await rig.close();
    await other.close();
    await service.close();
    await home.remove();
  });
  const project = await rig.addProject();
  // The same key, and nobody that looks by itself.
  Object.assign(theirs, { vault: rig.vault });
  const { worker } = await theirs.addWorker({ roundMs: 3_600_000, control: other });
  const listeners = async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where application_name = 'tributary listener' and query like 'listen%'`.execute(
      service.db,
    );
    return rows.map((row) => row.pid);
  };
  await expect.poll(listeners).toHaveLength(1);
  const place = async () => {
    const id = await rig.addConnection(project);
    return service.transaction((tx) => rig.deployments().place(tx, project.organizationId, id));
  };
  const { connectionId } = await place();
  await expect.poll(() => worker.held.find(connectionId)?.state).toBe('open');
  const [first] = await listeners();
  await sql`select pg_terminate_backend(${first})`.execute(service.db);
  const missed = await place();
  await expect.poll(() => worker.held.find(missed.connectionId)?.state).toBe('open');
  await expect.poll(listeners).not.toEqual([first]);
});
