import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteControlStore } from '../../src/control/sqlite.ts';
import { DeploymentRig } from '../../src/deployments/testing/deployment-rig.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess } from '../harness/service-process.ts';
import { startWorker } from '../harness/worker-process.ts';

it('a service of its own brings deployments to the workers that it starts, to their successors, and to others beside them', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-deployed-'));
  const service = await startServiceProcess(dataDir);
  const path = join(dataDir, 'control.sqlite');
  const control = await openSqliteControlStore({ path, clock: systemClock, busy: 'block' });
  onTestFinished(async () => {
    await service.stop();
    await control.close();
    await rm(dataDir, { recursive: true });
  });
  const rig = await DeploymentRig.open(control, dataDir);
  const project = await rig.firstProject();
  const route = '/tributary/v1/projects/default';
  const deploy = async (handle: string) => (await service.call('POST', `${route}/connections/${handle}/deploy`)).body;
  const childrenOf = (pid: number) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const states = async () => {
    const { body } = await service.call('GET', `${route}/deployments`);
    return body[0].environments[0].workers.map((worker: { state: string; version: number }) => worker.state);
  };
  const result = { environmentName: 'production', success: true, message: 'Deployment successful' };
  await rig.addConnection(project, { handle: 'hook' });
  // Also when the worker has yet to come up.
  expect(await deploy('hook')).toEqual({ success: true, results: [result] });
  const [child = 0] = childrenOf(service.pid);
  process.kill(child, 'SIGKILL');
  await eventually('a successor', async () =>
    childrenOf(service.pid).some((pid) => pid > 0 && pid !== child) ? true : undefined,
  );
  expect(await deploy('hook')).toEqual({ success: true, results: [result] });
  expect(await states()).toEqual(['open']);
  const beside = await startWorker(dataDir);
  onTestFinished(() => beside.kill());
  await eventually('the other worker', async () => ((await states()).length === 2 ? true : undefined));
  expect(await deploy('hook')).toEqual({ success: true, results: [result] });
  expect(await beside.stop()).toBe(0);
  const { body: workers } = await service.call('GET', '/tributary/v1/workers');
  expect(workers).toMatchObject([{ environment: 'production', held: 1 }]);
});
