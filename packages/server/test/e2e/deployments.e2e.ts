import { Secret } from '@tributary/connectors/kit/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlStore } from '../../src/control/database.ts';
import { openPostgresControlStore } from '../../src/control/postgres.ts';
import { DeploymentRig, type Project } from '../../src/deployments/testing/deployment-rig.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ConnectionId } from '../../src/lib/ids.ts';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';

const failing = new URL('../../src/deployments/testing/failing-worker.ts', import.meta.url);
const path = '/tributary/v1/projects/default';
const success = { environmentName: 'production', success: true, message: 'Deployment successful' };

let cluster: Cluster;
let control: ControlStore;
let rig: DeploymentRig;
let project: Project;
beforeEach(async () => {
  cluster = await startCluster({ env: { TRIBUTARY_DEPLOYMENT_TIMEOUT_MS: '4000' } });
  control = await openPostgresControlStore({ url: new Secret(cluster.databaseUrl), clock: systemClock });
  rig = await DeploymentRig.open(control, cluster.dataDir);
  project = await rig.firstProject();
});
afterEach(async () => {
  await control.close();
  await cluster.stop();
});

const deploy = async (handle: string) =>
  (await cluster.service.call('POST', `${path}/connections/${handle}/deploy`)).body;
const listed = async () => (await cluster.service.call('GET', `${path}/deployments`)).body;
/** How the only deployment stands in each worker that lives. */
const states = async () => {
  const [deployment] = await listed();
  const workers = deployment?.environments[0].workers ?? [];
  return workers.map((worker: { state: string; version: number }) => [worker.state, worker.version]);
};
const untilStates = (what: string, wanted: readonly unknown[]) =>
  eventually(what, async () => (JSON.stringify(await states()) === JSON.stringify(wanted) ? true : undefined));
const workers = async () => (await cluster.service.call('GET', '/tributary/v1/workers')).body;

describe('Z08 Z19 deployments to worker processes', () => {
  it('reach every one of them at once: made, renamed, switched off and deleted', async () => {
    for (const _ of [1, 2, 3]) await cluster.addWorker();
    const id: ConnectionId = await rig.addConnection(project, { handle: 'hook' });
    await eventually('the workers', async () => ((await workers()).length === 3 ? true : undefined));
    const begun = Date.now();
    expect(await deploy('HOOK')).toEqual({ success: true, results: [success] });
    expect(Date.now() - begun).toBeLessThan(cluster.within(1_000));
    expect(await states()).toEqual(Array(3).fill(['open', 1]));
    expect((await workers()).map((worker: { held: number }) => worker.held)).toEqual([1, 1, 1]);
    const figures = await (await fetch(`${cluster.service.url}/metrics`)).text();
    expect(figures).toContain('tributary_held_connections{state="open"} 3');
    await rig.change(id, { handle: 'renamed' });
    expect(await deploy('renamed')).toMatchObject({ success: true });
    expect(await listed()).toMatchObject([{ connection: 'renamed', version: 2 }]);
    await rig.change(id, { enabled: 0 });
    expect(await deploy('renamed')).toMatchObject({ success: true });
    expect(await states()).toEqual(Array(3).fill(['disabled', 3]));
    const { organizationId } = project;
    const placed = await control.transaction((tx) => rig.deployments().withdraw(tx, organizationId, id));
    await control.db.deleteFrom('connection').where('id', '=', id).execute();
    const [ended] = await rig.deployments().settle(placed!);
    expect(ended).toEqual({ ...success, message: 'Undeployment successful' });
    expect(await listed()).toEqual([]);
    expect((await workers()).map((worker: { held: number }) => worker.held)).toEqual([0, 0, 0]);
  });

  it.each(['deployment.told', 'deployment.opened', 'deployment.swapped'])(
    'name a worker that is killed at %s, whose successor catches up',
    async (place) => {
      await cluster.addWorker();
      const dying = await cluster.addWorker({ entry: failing, env: { TRIBUTARY_TEST_DIE_AT: place } });
      await rig.addConnection(project, { handle: 'hook' });
      const { success: all, results } = await deploy('hook');
      expect([all, results[0].success]).toEqual([false, false]);
      expect(results[0].message).toMatch(/^Unreachable since it ended before it answered: worker \d+ on \S+;/);
      expect(results[0].message).toContain(`worker ${dying.pid} on`);
      expect(await dying.exited).toBeNull();
      expect(await states()).toEqual([['open', 1]]);
      await cluster.addWorker();
      await untilStates('the successor to hold it too', [
        ['open', 1],
        ['open', 1],
      ]);
      expect(await deploy('hook')).toEqual({ success: true, results: [success] });
    },
  );

  it('name a worker that is stopped within the time that they wait, and it catches up when it goes on', async () => {
    const [, stopped] = [await cluster.addWorker(), await cluster.addWorker()];
    const id = await rig.addConnection(project, { handle: 'hook' });
    expect(await deploy('hook')).toMatchObject({ success: true });
    stopped.signal('SIGSTOP');
    await rig.change(id, { url: 'https://other.test/' });
    const begun = Date.now();
    const { results } = await deploy('hook');
    expect(Date.now() - begun).toBeLessThan(4_000 + cluster.within(1_000));
    expect(results[0].message).toBe(
      `No answer in time from ${nameOf(results[0].message)}: unreachable; what it missed is caught up when it answers again.`,
    );
    expect(results[0].message).toContain(`worker ${stopped.pid} on`);
    stopped.signal('SIGCONT');
    await untilStates('the worker to catch up', [
      ['open', 2],
      ['open', 2],
    ]);
  });

  it('are all taken up by a worker that was away', async () => {
    const gone = await cluster.addWorker();
    const [kept, ended] = [
      await rig.addConnection(project, { handle: 'kept' }),
      await rig.addConnection(project, { handle: 'ended' }),
    ];
    expect(await deploy('ended')).toMatchObject({ success: true });
    await gone.stop();
    expect((await deploy('kept')).results[0].message).toContain("No worker of the environment 'production' is running");
    await control.transaction((tx) => rig.deployments().withdraw(tx, project.organizationId, ended));
    await cluster.addWorker();
    await untilStates('the worker to hold what was placed', [['open', 1]]);
    expect(await listed()).toMatchObject([{ connectionId: kept, environments: [{ success: true }] }]);
  });

  it('go to the workers of the environment of that name only', async () => {
    await rig.addEnvironment(project, 'Staging');
    await cluster.addWorker({ env: { TRIBUTARY_ENVIRONMENT: 'staging' } });
    await rig.addConnection(project, { handle: 'hook' });
    const { success: all, results } = await deploy('hook');
    expect(all).toBe(false);
    expect(results).toMatchObject([
      { environmentName: 'production', success: false },
      { environmentName: 'Staging', success: true },
    ]);
  });
});

function nameOf(message: string): string {
  return /worker \d+ on \S+(?=:)/.exec(message)?.[0] ?? '';
}
