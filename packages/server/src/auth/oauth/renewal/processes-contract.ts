import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { OAuth2Tokens } from '../tokens.ts';
import { KeeperRig } from '../testing/keeper-rig.ts';
import type { Orders, Told } from '../testing/renewing-process.ts';
import { RotatingProvider } from '../testing/rotating-provider.ts';
import type { CredentialRef } from '../credential-ref.ts';

const SCRIPT = new URL('../testing/renewing-process.ts', import.meta.url);
/** Short, so that a dead process is soon replaced; long enough for a busy machine. */
const LEASE_MS = 4_000;

/** Where the control store is; `undefined` names SQLite in the rig's own folder. */
export interface StoreHome {
  database(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Real processes over one control store: what their renewals must do, whatever happens to them. */
export function describeRenewingProcesses(name: string, make: () => Promise<StoreHome>): void {
  describe(`processes that renew over ${name}`, { timeout: 240_000 }, () => {
    let home: StoreHome;
    beforeAll(async () => {
      home = await make();
    });
    afterAll(() => home.close());

    /** A store, a provider and a credential of a test's own, which end with it. */
    const open = async ({ onTestFinished }: TestContext) => {
      const started: Renewing[] = [];
      const rig = await KeeperRig.open(await home.database());
      const provider = new RotatingProvider();
      onTestFinished(async () => {
        await Promise.all(started.map((one) => one.kill()));
        provider.stop();
        await rig.close();
      });
      await provider.start();
      const ref: CredentialRef = await rig.connect(lapsed(provider.grant()));
      const start = (orders: Partial<Orders> = {}): Renewing => {
        const one = new Renewing({ place: rig.place, ref, provider: provider.row(), leaseMs: LEASE_MS, ...orders });
        started.push(one);
        return one;
      };
      return { rig, provider, ref, started, start };
    };

    test('F1-8 twenty processes need a token that has lapsed, and the provider is asked once', async (context) => {
      const { rig, provider, ref, start } = await open(context);
      const all = Array.from({ length: 20 }, () => start());
      await Promise.all(all.map((one) => one.next('ready')));
      provider.behaviour.delayMs = 200;
      const told = await Promise.all(all.map((one) => one.ask()));
      expect(told).toEqual(all.map(() => ({ type: 'header', header: 'Bearer access-2' })));
      expect([provider.asked, provider.granted, provider.reused]).toEqual([1, 1, 0]);
      expect(await rig.row(ref)).toMatchObject({ renewal_owner: null, refused_reason: null });
    });

    // Those that mostly wait for a lease to run out do so side by side.
    test.concurrent.for([
      ['renewal.leased', 'single_use', 1],
      ['renewal.answered', 'grace', 1],
      ['renewal.answered', 'stable', 1],
      ['renewal.before-commit', 'stable', 1],
      ['renewal.committed', 'single_use', 1],
    ] as const)(
      'a process that dies at %s is taken over, and a %s token goes on',
      async ([dieAt, rotation, grants], context) => {
        const { rig, provider, ref, start } = await open(context);
        provider.behaviour.rotation = rotation;
        await rig.give(ref, lapsed(provider.grant()));
        const dying = start({ dieAt });
        await dying.next('ready');
        void dying.ask();
        await dying.ended;
        const next = start();
        await next.next('ready');
        expect(await next.ask()).toMatchObject({ type: 'header' });
        expect(provider.granted).toBeGreaterThanOrEqual(grants);
        expect([provider.reused, await rig.refusals()]).toEqual([0, 0]);
      },
    );

    test.concurrent.for(['renewal.answered', 'renewal.before-commit'] as const)(
      'a process that dies at %s with a token that may be used once leaves a connection that says so',
      async (dieAt, context) => {
        const { rig, provider, ref, start } = await open(context);
        const dying = start({ dieAt });
        await dying.next('ready');
        void dying.ask();
        await dying.ended;
        const others = [start(), start()];
        await Promise.all(others.map((one) => one.next('ready')));
        const told = await Promise.all(others.map((one) => one.ask()));
        const message = expect.stringContaining('Local has used up the refresh token');
        expect(told).toEqual(others.map(() => ({ type: 'failed', reason: 'credential', message })));
        expect([provider.asked, await rig.refusals(), await rig.pausedBy(ref)]).toEqual([2, 1, 'credential']);
        await rig.give(ref, provider.grant());
        expect(await others[0]?.ask()).toMatchObject({ type: 'header' });
      },
    );

    test.concurrent('a stopped process that comes back late writes nothing over what its successor has stored', async (context) => {
      const { rig, provider, ref, start } = await open(context);
      provider.behaviour.rotation = 'grace';
      await rig.give(ref, lapsed(provider.grant()));
      const slow = start();
      await slow.next('ready');
      provider.behaviour.onAsked = () => {
        provider.behaviour.onAsked = undefined;
        slow.signal('SIGSTOP');
      };
      const late = slow.ask();
      const next = start();
      await next.next('ready');
      const told = await next.ask();
      expect(told).toMatchObject({ type: 'header' });
      const stored = (await rig.row(ref)).ciphertext;
      slow.signal('SIGCONT');
      expect(await late).toEqual(told);
      expect((await rig.row(ref)).ciphertext).toBe(stored);
    });

    test('F1-8 however processes are killed, a token comes twice only when its owner died with the answer', async (context) => {
      const { rig, provider, ref, started, start } = await open(context);
      provider.behaviour.expiresIn = 1;
      await rig.give(ref, lapsed(provider.grant()));
      const killed = { asked: 0, consumed: 0, random: 0 };
      const start4 = Array.from({ length: 4 }, () => start({ forEver: true }));
      await Promise.all(start4.map((one) => one.next('ready')));
      const kill = async (victim: Renewing, why: keyof typeof killed): Promise<void> => {
        killed[why] += 1;
        await victim.kill();
        start({ forEver: true });
      };
      const owner = async (): Promise<Renewing | undefined> => {
        const pid = Number((await rig.row(ref)).renewal_owner?.split('/')[1]);
        return started.find((one) => one.pid === pid);
      };
      /** Who used up which token, and which came again while that process lived. */
      const users = new Map<string, Renewing | undefined>();
      const unexplained: string[] = [];
      provider.behaviour.onReused = (token) => {
        if (users.get(token)?.isAlive !== false) unexplained.push(token);
      };
      // By turns before and after the token is used up; in between it must go well.
      provider.behaviour.onAsked = async () => {
        const holder = provider.asked % 6 === 2 ? await owner() : undefined;
        if (!holder) return;
        await kill(holder, 'asked');
        return 'drop';
      };
      provider.behaviour.onConsumed = async (token) => {
        const holder = await owner();
        users.set(token, holder);
        if (provider.asked % 6 !== 5 || !holder) return;
        await kill(holder, 'consumed');
        return 'drop';
      };
      let refusals = 0;
      const tick = async (): Promise<void> => {
        await delay(20);
        const { refused_reason: reason } = await rig.row(ref);
        if (reason === null) return;
        refusals += 1;
        expect(reason).toContain('has used up the refresh token');
        expect(await rig.pausedBy(ref)).toBe('credential');
        await rig.give(ref, lapsed(provider.grant()));
      };
      for (let turn = 1; killed.consumed < 2 || killed.asked < 2 || killed.random < 3; turn += 1) {
        await tick();
        const busy = started.filter((one) => one.isAlive && one.told.length > 1);
        if (turn % 40 === 0 && busy.length > 2) await kill(busy[Math.floor(Math.random() * busy.length)]!, 'random');
      }
      provider.behaviour.onAsked = undefined;
      for (const goal = provider.granted + 4; provider.granted < goal;) await tick();
      expect(unexplained).toEqual([]);
      expect(provider.reused).toBeGreaterThanOrEqual(killed.consumed);
      expect(provider.reused).toBeLessThanOrEqual(killed.consumed + killed.random);
      expect([refusals, await rig.refusals()]).toEqual([provider.reused, provider.reused]);
      const bugs = started.flatMap((one) => one.told).filter((told) => told.type === 'failed' && told.reason === 'bug');
      expect(bugs).toEqual([]);
    });
  });
}

const lapsed = (tokens: OAuth2Tokens): OAuth2Tokens => ({ ...tokens, expiresAt: Date.now() - 1_000 });

/** A process of its own with a keeper in it. */
class Renewing {
  readonly told: Told[] = [];
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor(orders: Orders) {
    this.#child = fork(SCRIPT, [JSON.stringify(orders)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (told) => this.told.push(told as Told));
    this.#child.on('error', () => undefined);
    this.ended = once(this.#child, 'exit');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async next(type?: Told['type']): Promise<Told> {
    const found = type && this.told.find((told) => told.type === type);
    if (found) return found;
    const [told] = (await once(this.#child, 'message')) as [Told];
    return told;
  }

  /** Has it open the credential and make a header. */
  ask(): Promise<Told> {
    const answer = this.next();
    this.#child.send('ask', () => undefined);
    return answer;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
