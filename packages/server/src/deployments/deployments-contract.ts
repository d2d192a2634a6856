import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { DeploymentRig, type Project, type RunningWorker } from './testing/deployment-rig.ts';

const success = { environmentName: 'production', success: true, message: 'Deployment successful' };
const ended = { ...success, message: 'Undeployment successful' };

/** What deployments promise, on every control store. */
export function describeDeployments(name: string, make: () => Promise<ControlStoreHome>): void {
  describe(`deployments on ${name}`, () => {
    let home: ControlStoreHome;
    let control: ControlStore;
    let rig: DeploymentRig;
    let project: Project;
    beforeAll(async () => {
      home = await make();
      control = await home.open();
    });
    afterAll(async () => {
      await control.close();
      await home.remove();
    });
    beforeEach(async () => {
      rig = await DeploymentRig.open(control);
      project = await rig.addProject();
    });
    afterEach(async () => {
      await rig.close();
      for (const table of ['worker_deployment', 'worker', 'deployment', 'organization'] as const)
        await control.db.deleteFrom(table).execute();
    });

    const place = (id: ConnectionId) =>
      control.transaction((tx) => rig.deployments().place(tx, project.organizationId, id));
    const deploy = async (id: ConnectionId, timeoutMs = 5_000) =>
      rig.deployments({ timeoutMs }).settle(await place(id));
    const withdraw = (id: ConnectionId) =>
      control.transaction((tx) => rig.deployments().withdraw(tx, project.organizationId, id));
    const openUrls = ({ clients }: RunningWorker) =>
      clients.filter((client) => client.open).map((client) => client.endpoint['fullUrl']);

    it('bring a revision with its secrets to every worker of the environment, and to no other', async () => {
      const [one, two] = [await rig.addWorker(), await rig.addWorker()];
      const elsewhere = await rig.addWorker({ environment: 'staging' });
      const id = await rig.addConnection(project, { url: 'https://one.test/', token: 'hush' });
      expect(await deploy(id)).toEqual([success]);
      for (const worker of [one, two]) {
        expect(openUrls(worker)).toEqual(['https://one.test/']);
        expect(worker.clients[0]?.secrets).toEqual({ headerList: [{ name: 'authorization', value: 'hush' }] });
        expect(worker.worker.held.find(id)).toMatchObject({ state: 'open', version: 1 });
      }
      expect(elsewhere.worker.held.list()).toEqual([]);
    });

    it('leave what is deployed as it is when the connection is changed and not deployed', async () => {
      const worker = await rig.addWorker();
      const id = await rig.addConnection(project, { url: 'https://one.test/' });
      await deploy(id);
      await rig.change(id, { url: 'https://two.test/' });
      const late = await rig.addWorker();
      await expect.poll(() => openUrls(late)).toEqual(['https://one.test/']);
      expect(openUrls(worker)).toEqual(['https://one.test/']);
      expect(await deploy(id)).toEqual([success]);
      for (const each of [worker, late]) expect(openUrls(each)).toEqual(['https://two.test/']);
    });

    it('rename and swap in one version, so that never both nor neither is held', async () => {
      const held: (string | undefined)[] = [];
      const worker = await rig.addWorker({ open: async () => void held.push(worker_().held.find(id)?.handle) });
      const worker_ = () => worker.worker;
      const id = await rig.addConnection(project, { handle: 'old' });
      await deploy(id);
      await rig.change(id, { handle: 'new', url: 'https://two.test/' });
      expect(await deploy(id)).toEqual([success]);
      // The old one was held while the new one was opened.
      expect(held).toEqual([undefined, 'old']);
      expect(worker.worker.held.list()).toMatchObject([{ handle: 'new', version: 2 }]);
      expect(openUrls(worker)).toEqual(['https://two.test/']);
    });

    it('close the client of a connection that is switched off, and say so to whoever uses it', async () => {
      const worker = await rig.addWorker();
      const id = await rig.addConnection(project, { handle: 'mail' });
      await deploy(id);
      await rig.change(id, { enabled: 0 });
      expect(await deploy(id)).toEqual([success]);
      expect(openUrls(worker)).toEqual([]);
      expect(() => worker.worker.held.get(id)).toThrow("The connection 'mail' cannot be used: it is switched off");
    });

    it('end for a connection that is deleted, and keep none of its secrets', async () => {
      const worker = await rig.addWorker();
      const id = await rig.addConnection(project, { token: 'hush' });
      await deploy(id);
      const placed = await withdraw(id);
      await control.db.deleteFrom('connection').where('id', '=', id).execute();
      expect(await rig.deployments().settle(placed!)).toEqual([ended]);
      expect(openUrls(worker)).toEqual([]);
      expect(worker.worker.held.get(id)).toBeUndefined();
      expect(await withdraw(id)).toBeUndefined();
      const row = await control.db.selectFrom('deployment').selectAll().executeTakeFirstOrThrow();
      const context = { organizationId: project.organizationId, row: id, column: 'deployment.ciphertext' };
      expect(rig.vault.open(row, context)).toEqual({});
    });

    it('have nothing to end for a connection that was never deployed', async () => {
      expect(await withdraw(await rig.addConnection(project))).toBeUndefined();
    });

    it('name an environment without a worker, and say how to start one', async () => {
      const id = await rig.addConnection(project);
      const [result] = await deploy(id);
      expect(result).toMatchObject({ environmentName: 'production', success: false });
      expect(result?.message).toContain('TRIBUTARY_ENVIRONMENT=production');
      const worker = await rig.addWorker();
      await expect.poll(() => openUrls(worker)).toHaveLength(1);
    });

    it('give one entry for each environment, by name, and none when there is none', async () => {
      project = await rig.addProject(['Staging', 'Edge']);
      await rig.addWorker({ environment: 'staging' });
      const results = await deploy(await rig.addConnection(project));
      expect(results.map(({ environmentName, success: ok }) => [environmentName, ok])).toEqual([
        ['Edge', false],
        ['Staging', true],
      ]);
      project = await rig.addProject([]);
      expect(await deploy(await rig.addConnection(project))).toEqual([]);
    });

    it('say why a client could not be built, hold nothing half, and try again', async () => {
      let broken = true;
      const worker = await rig.addWorker({
        async open() {
          if (broken) throw new ConnectorError('configuration', 'The environment has no variable for ${host}.');
        },
      });
      const id = await rig.addConnection(project, { handle: 'mail', url: 'https://${host}/' });
      const message = 'Deployment failed: The environment has no variable for ${host}.';
      expect(await deploy(id)).toEqual([{ ...success, success: false, message }]);
      expect(() => worker.worker.held.get(id)).toThrow('no variable for ${host}');
      broken = false;
      const raised = await control.transaction((tx) =>
        rig.deployments().redeploy(tx, project.organizationId, project.projectId, { variables: ['host'] }),
      );
      expect(raised).toMatchObject([{ connectionId: id, version: 2 }]);
      expect(await rig.deployments().settle(raised[0]!)).toEqual([success]);
      broken = true;
      expect(await deploy(id)).toMatchObject([{ success: false }]);
      // What was deployed before is not used any more either: a worker that starts now could not have it.
      expect(openUrls(worker)).toEqual([]);
    });

    it('raise what stands on a changed variable or a replaced certificate, and nothing else', async () => {
      const [a, b, c] = [
        await rig.addConnection(project, { handle: 'a', url: 'https://${host}/' }),
        await rig.addConnection(project, { handle: 'b', token: 'Bearer ${token}' }),
        await rig.addConnection(project, { handle: 'c', token: 'My-Store' }),
      ];
      const foreign = await rig.addProject();
      await rig.addConnection(foreign, { url: 'https://${host}/' });
      for (const id of [a, b, c]) await place(id);
      const raised = async (changed: object) => {
        const { organizationId, projectId } = project;
        const done = await control.transaction((tx) =>
          rig.deployments().redeploy(tx, organizationId, projectId, changed),
        );
        return done.map((one) => one.connectionId);
      };
      expect(await raised({ variables: ['host', 'other'] })).toEqual([a]);
      expect(await raised({ variables: ['token'] })).toEqual([b]);
      // Placeholders may stand for the name.
      expect(await raised({ keyMaterial: ['my-store'] })).toEqual([a, b, c]);
      expect(await raised({ variables: ['HOST'] })).toEqual([]);
    });

    it('wait no longer than told for a worker that is silent, and name it', async () => {
      await rig.addWorker();
      await rig.addWorker({ open: () => new Promise(() => undefined) });
      const id = await rig.addConnection(project);
      const [result] = await deploy(id, 400);
      expect(result?.success).toBe(false);
      expect(result?.message).toContain(`worker ${process.pid} on here: unreachable`);
    });

    it('are not held up by others that hang', async () => {
      const hanging = new Set<ConnectionId>();
      const worker = await rig.addWorker({
        open: (client) => (hanging.has(client.connectionId) ? new Promise(() => undefined) : Promise.resolve()),
      });
      for (let count = 0; count < 12; count += 1) hanging.add(await rig.addConnection(project));
      for (const id of hanging) await place(id);
      await expect.poll(() => worker.worker.held.list().length).toBe(0);
      expect(await deploy(await rig.addConnection(project))).toEqual([success]);
    });

    it('give up what still opens when a newer version is placed', async () => {
      let hang = true;
      const worker = await rig.addWorker({
        open: (_, signal) =>
          hang
            ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
            : Promise.resolve(),
      });
      const id = await rig.addConnection(project);
      expect(await deploy(id, 200)).toMatchObject([{ success: false }]);
      hang = false;
      expect(await deploy(id)).toEqual([success]);
      expect(worker.worker.held.find(id)).toMatchObject({ version: 2 });
    });

    it('are caught up by a worker that was taken for lost meanwhile', async () => {
      const worker = await rig.addWorker();
      const id = await rig.addConnection(project);
      await deploy(id);
      await control.db.updateTable('worker').set({ lost_at: 1 }).execute();
      await expect.poll(async () => (await control.db.selectFrom('worker').selectAll().execute()).length).toBe(2);
      await rig.change(id, { url: 'https://two.test/' });
      expect(await deploy(id)).toEqual([success]);
      expect(openUrls(worker)).toEqual(['https://two.test/']);
    });

    it('name a worker that ended before it answered, and wait for it no longer', async () => {
      await rig.addWorker({ open: () => new Promise(() => undefined) });
      const placed = await place(await rig.addConnection(project));
      const settling = rig.deployments({ timeoutMs: 60_000 }).settle(placed);
      await control.db.updateTable('worker').set({ lost_at: Date.now() }).execute();
      rig.bus.tell();
      const [result] = await settling;
      expect(result).toMatchObject({ success: false });
      expect(result?.message).toMatch(/^Unreachable since it ended before it answered: worker \d+ on here/);
    });

    it('let go of what an environment held that is deleted', async () => {
      const worker = await rig.addWorker();
      await deploy(await rig.addConnection(project));
      await control.db.deleteFrom('environment').where('project_id', '=', project.projectId).execute();
      await expect.poll(() => openUrls(worker)).toEqual([]);
      await rig.addEnvironment(project, 'Production');
      await expect.poll(() => openUrls(worker)).toHaveLength(1);
    });

    it('of one connection at the same time end with the newest everywhere', async () => {
      const workers = [await rig.addWorker(), await rig.addWorker(), await rig.addWorker()];
      const id = await rig.addConnection(project);
      const results = await Promise.all(Array.from({ length: 10 }, () => deploy(id)));
      for (const result of results) expect(result).toEqual([success]);
      for (const { worker, clients } of workers) {
        expect(worker.held.find(id)).toMatchObject({ state: 'open', version: 10 });
        await expect.poll(() => clients.filter((client) => client.open).length).toBe(1);
      }
    });

    it('note when a held connection was used and what it failed at', async () => {
      const worker = await rig.addWorker();
      const id = await rig.addConnection(project);
      await deploy(id);
      await worker.worker.held.get(id)?.notify?.({} as never);
      const answer = () => control.db.selectFrom('worker_deployment').selectAll().executeTakeFirstOrThrow();
      await expect.poll(async () => (await answer()).used_at).not.toBeNull();
      expect(await answer()).toMatchObject({ state: 'open', version: 1, failed_at: null });
    });
  });
}
