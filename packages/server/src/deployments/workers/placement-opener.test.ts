import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createTypeOpener, type TypeOpener } from '../../connections/type-opener.ts';
import type { ControlStore } from '../../control/database.ts';
import { sqliteHome } from '../../control/testing.ts';
import { systemClock } from '../../lib/clock.ts';
import { asId, type EnvironmentId } from '../../lib/ids.ts';
import { DeploymentRig, quiet, type Project } from '../testing/deployment-rig.ts';
import { createPlacementOpener } from './placement-opener.ts';
import { findPlacement, type Placement } from './repository.ts';

const notice = { id: 'n', kind: 'test', severity: 'info', title: 't', text: 'x', at: 1, facts: {} } as const;

let control: ControlStore;
let rig: DeploymentRig;
let project: Project;
let removeHome: () => Promise<void>;
beforeEach(async () => {
  const home = await sqliteHome();
  control = await home.open();
  rig = await DeploymentRig.open(control);
  project = await rig.addProject(['production', 'staging']);
  removeHome = home.remove;
});
afterEach(async () => {
  await rig.close();
  await control.close();
  await removeHome();
});

/** A receiver that takes whatever comes. */
async function receiver() {
  const heard: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    heard.push(request);
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { heard, port: (server.address() as AddressInfo).port };
}

/** The variables by environment. */
function opener(values: Readonly<Record<string, string>>, variablesOf: (id: EnvironmentId) => boolean = () => true) {
  return createTypeOpener({
    config: { allowPrivateNetwork: ['127.0.0.0/8'], fileRoots: [], dataDir: '/nowhere' },
    control,
    variables: { valuesIn: async (_db, _org, _project, id) => new Map(variablesOf(id) ? Object.entries(values) : []) },
    keyMaterial: { open: async () => undefined, has: async () => false },
    clock: systemClock,
    log: quiet,
  });
}

async function placed(
  environment: string,
  given: { readonly url: string; readonly token?: string },
): Promise<Placement> {
  const id = await rig.addConnection(project, given);
  await control.transaction((tx) => rig.deployments().place(tx, project.organizationId, id));
  return (await findPlacement(control.db, environment, id))!;
}

const openWith = (typeOpener: TypeOpener, openWithinMs?: number) =>
  createPlacementOpener({
    opener: typeOpener,
    vault: rig.vault,
    clock: systemClock,
    log: quiet,
    ...(openWithinMs !== undefined && { openWithinMs }),
  });
const never = new AbortController().signal;

it('fills placeholders, in secrets too, with what the worker’s environment has, and sends', async () => {
  const { heard, port } = await receiver();
  const placement = await placed('staging', { url: `http://127.0.0.1:${port}/\${path}`, token: 'Bearer ${token}' });
  const open = openWith(opener({ path: 'staged', token: 'hush' }, (id) => id === placement.environment_id));
  const client = await open(placement, never);
  await client.use.notify?.(notice);
  expect(heard.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/staged', 'Bearer hush']]);
  expect(client.health).toMatchObject({ usedAt: expect.any(Number) as number, failure: null });
  await client.close();
  const other = { ...placement, environment_id: asId<EnvironmentId>('another') };
  await expect(open(other, never)).rejects.toThrow('The environment has no variable for ${path}, ${token}');
});

it('closes a client only after what is on its way has arrived', async () => {
  const { heard, port } = await receiver();
  const client = await openWith(opener({}))(await placed('production', { url: `http://127.0.0.1:${port}/` }), never);
  const sending = client.use.notify?.(notice);
  await client.close();
  await expect(sending).resolves.toBeUndefined();
  expect(heard).toHaveLength(1);
});

it('remembers what a client failed at', async () => {
  const client = await openWith(opener({}))(await placed('production', { url: 'http://10.0.0.1/' }), never);
  await expect(client.use.notify?.(notice)).rejects.toThrow();
  expect(client.health.failure).toContain('10.0.0.1');
  await client.close();
});

it('refuses a connection that is read and not opened', async () => {
  const id = await rig.addConnection(project, { connector: 'stub' });
  await control.transaction((tx) => rig.deployments().place(tx, project.organizationId, id));
  const placement = (await findPlacement(control.db, 'production', id))!;
  await expect(openWith(opener({}))(placement, never)).rejects.toThrow(
    "Connections of 'stub' are read, not held open.",
  );
});

it('gives a client up that takes too long to be built, and closes it when it comes', async () => {
  let closed = 0;
  const late = Promise.withResolvers<{ close: () => Promise<void> }>();
  const hanging: TypeOpener = { open: () => late.promise, test: () => Promise.reject(new Error('not asked')) };
  const placement = await placed('production', { url: 'http://a.test/' });
  await expect(openWith(hanging, 50)(placement, never)).rejects.toThrow('could not be built within');
  late.resolve({ close: async () => void (closed += 1) });
  await expect.poll(() => closed).toBe(1);
});

it('opens with no settings that were sealed for another connection', async () => {
  const [one, two] = [
    await placed('production', { url: 'http://a.test/' }),
    await placed('production', { url: 'http://b.test/' }),
  ];
  const moved = { ...one, key_id: two.key_id, wrapped_key: two.wrapped_key, ciphertext: two.ciphertext };
  await expect(openWith(opener({}))(moved, never)).rejects.toMatchObject({ code: 'credential_unreadable' });
});
