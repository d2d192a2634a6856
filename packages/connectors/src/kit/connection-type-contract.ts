import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { AnyConnectionType } from './connection-type.ts';
import type { Json, JsonObject } from './json.ts';
import type { Notice } from './notice.ts';
import { Secret } from './secret.ts';
import { startTrial, wordsOf } from './testing-type-trial.ts';
import type { Trial, TrialSurroundings } from './testing-type-trial.ts';
import { fieldFacts } from './type-schema.ts';

/** A real system that a type is tested against. */
export interface LiveFarEnd {
  readonly settings: JsonObject;
  readonly around?: TrialSurroundings;
  /** What of the settings to change so that the far end refuses the credential. */
  readonly refusedCredentials?: JsonObject;
  /** For types that notify: resolves once a notice with this title has arrived. */
  readonly received?: (title: string) => Promise<unknown>;
  /** Stops the far end and starts it again in the same place. */
  readonly restart?: () => Promise<void>;
  stop(): Promise<void> | void;
}

export interface TypeContractOptions {
  /** What is required and nothing else. */
  readonly least: JsonObject;
  /** Every field has a value that fits, and not its default if that can be had; each secret holds one of `canaries`. */
  readonly full: JsonObject;
  /** Texts of the secrets in `full`; looked for in everything that is said. */
  readonly canaries?: readonly string[];
  /** Settings that do not fit together, by what is wrong with them, and the field that is to be named. */
  readonly unfit?: Readonly<Record<string, { readonly settings: JsonObject; readonly field: string }>>;
  /** What of `full` to change so that it leads to this host and port; or why the type reaches no network. */
  readonly network:
    | {
        readonly at: (host: string, port: number) => JsonObject;
        /** Nobody can tell whether the far end is there, and why. */
        readonly blind?: string;
        /** What of `full` to change so that a far end that says nothing is given up soon; its test is run when this is given. */
        readonly impatient?: JsonObject;
      }
    | { readonly none: string };
  readonly around?: TrialSurroundings;
  /** Absent when its server cannot be had here; `findDebianProgram` has said so. */
  readonly live?: (() => Promise<LiveFarEnd>) | undefined;
}

export const sampleNotice = (title: string): Notice => ({
  id: '0190a1b2-0000-7000-8000-00000000abcd',
  kind: 'sync.failed',
  severity: 'error',
  title,
  text: 'The source refused the login.\nThe schedule waits until it is renewed.',
  at: Date.UTC(2026, 10, 26, 12, 30, 15, 250),
  facts: { source_connection: 'crm', attempts: 3 },
});

/** The value with each text, number and switch replaced by what `change` gives. */
function mapLeaves(value: Json | undefined, change: (leaf: string | number | boolean) => Json): Json {
  if (Array.isArray(value)) return value.map((one) => mapLeaves(one as Json, change));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapLeaves(one as Json, change)]));
  return value === null || value === undefined ? null : change(value as string | number | boolean);
}

/** Parsed settings with their secrets as text again. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, revealed(one)]));
}

interface Flaw {
  readonly field: string;
  readonly message: string;
}

/** Everything that is wrong with settings. */
function flawsOf(type: AnyConnectionType, settings: JsonObject): readonly Flaw[] {
  const parsed = type.fields.safeParse(settings);
  const issues = parsed.success ? (type.conditions?.(parsed.data) ?? []) : parsed.error.issues;
  return issues.map(({ path, message }) => ({ field: String(path[0]), message }));
}

/** Values that a field of this schema must refuse. */
function misfits(schema: JsonObject): readonly Json[] {
  const optional = Array.isArray(schema['anyOf']);
  const [known = schema] = optional ? (schema['anyOf'] as JsonObject[]) : [];
  if (Array.isArray(known['enum'])) return optional ? ['no-such-word', 7] : ['no-such-word', 7, ''];
  if (known['type'] === 'boolean') return ['perhaps', 1];
  if (known['type'] !== 'integer') return [];
  return [Number(known['minimum']) - 1, Number(known['maximum']) + 1, 1.5, 'many', true, '1e3'];
}

const isSentence = /^[A-Z].{8,}\.$/s;
const saysWhatToDo = /\b(check|give|set|use|start|allow|change|raise|turn|install|see)\b/i;

async function listening(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onSocket).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** A loopback port that nobody listens on. */
async function deadPort(): Promise<number> {
  const { server, port } = await listening((socket) => socket.destroy());
  server.close();
  await once(server, 'close');
  return port;
}

const failureOf = async (doing: Promise<unknown>): Promise<unknown> =>
  await doing.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

/**
 * What every connection type promises; run it in the type's own test file, beside tests of what is its own. The far end of `live`
 * is real: a server of npm's or Debian's, or the library's own.
 */
export function describeConnectionType(type: AnyConnectionType, options: TypeContractOptions): void {
  const { least, full, canaries = [], network } = options;
  const trials: Trial[] = [];
  const begin = (settings: JsonObject, around: TrialSurroundings = {}): Trial => {
    const trial = startTrial(type, settings, { ...options.around, ...around });
    trials.push(trial);
    return trial;
  };
  const expectNothingSaid = (said: string, secrets: readonly string[] = canaries): void => {
    for (const secret of secrets) expect(said.includes(secret), 'a secret was said').toBe(false);
  };

  afterEach(async () => {
    for (const trial of trials.splice(0)) await trial.close();
  });

  describe(`the connection type ${type.id} describes itself`, () => {
    test('has an id, a title and a description', () => {
      expect(type.id).toMatch(/^[a-z][a-zA-Z-]*$/);
      expect(type.title).not.toBe('');
      expect(type.description).toMatch(isSentence);
      for (const name of type.keyMaterialFields ?? []) expect(type.fields.shape).toHaveProperty(name);
    });

    test('titles every field, and makes JSON Schema of them', () => {
      expect(() => z.toJSONSchema(type.fields, { io: 'input', unrepresentable: 'any' })).not.toThrow();
      const facts = fieldFacts(type.fields);
      for (const { name, title, schema } of facts) {
        expect(title, name).not.toBe('');
        expect(Object.keys(schema), `${name} has a schema that says nothing`).not.toHaveLength(0);
      }
      expect(Object.keys(full).toSorted()).toEqual(facts.map(({ name }) => name).toSorted());
    });

    test('needs what it says it needs, and fills in all else', () => {
      expect(flawsOf(type, least)).toEqual([]);
      const required = fieldFacts(type.fields).filter((fact) => fact.required);
      expect(Object.keys(least)).toEqual(expect.arrayContaining(required.map(({ name }) => name)));
      const parsed = type.fields.parse(least);
      for (const name of Object.keys(type.fields.shape)) expect(parsed[name], name).not.toBeUndefined();
      const nothing = Object.fromEntries(Object.keys(type.fields.shape).map((name) => [name, null]));
      expect(revealed(type.fields.parse({ ...nothing, ...least }))).toEqual(revealed(parsed));
    });

    test('accepts every field', () => {
      expect(flawsOf(type, full)).toEqual([]);
    });
  });

  describe(`the connection type ${type.id} refuses what does not fit`, () => {
    test.each(Object.keys(least))('Z11 names %s when it is missing', (name) => {
      for (const absent of [undefined, null]) {
        const flaws = flawsOf(type, { ...least, [name]: absent });
        expect(flaws.map(({ field }) => field)).toEqual([name]);
        expect(flaws[0]?.message).toMatch(/required|give at least/);
        expect(flaws[0]?.message).toMatch(isSentence);
      }
    });

    test.each(Object.entries(options.unfit ?? {}))('Z11 refuses %s', (_what, { settings, field }) => {
      const flaws = flawsOf(type, { ...least, ...settings });
      expect(flaws.map((flaw) => flaw.field)).toContain(field);
      for (const { message } of flaws) expect(message).toMatch(isSentence);
    });

    test('Z11 refuses words that are not in a closed list, and numbers out of range', () => {
      for (const { name, schema } of fieldFacts(type.fields)) {
        for (const value of misfits(schema)) {
          const flaws = flawsOf(type, { ...full, [name]: value });
          expect(
            flaws.map(({ field }) => field),
            `${name} takes ${JSON.stringify(value)}`,
          ).toContain(name);
          for (const { message } of flaws) expect(message).toMatch(isSentence);
        }
      }
    });
  });

  describe(`the connection type ${type.id} takes placeholders and keeps secrets`, () => {
    test('keeps a placeholder in the place of any value as it is written', () => {
      const written = mapLeaves(full, () => '${some.name}') as JsonObject;
      expect(flawsOf(type, written)).toEqual([]);
      expect(revealed(type.fields.parse(written))).toMatchObject(written);
    });

    test('comes to the same settings when variables bring their values', () => {
      const variables: Record<string, string> = {};
      const written = mapLeaves(full, (leaf) => {
        const name = `v${Object.keys(variables).length}`;
        variables[name] = String(leaf);
        return `\${${name}}`;
      }) as JsonObject;
      const { ctx } = begin(written, { variables });
      expect(revealed(ctx.settings)).toEqual(revealed(type.fields.parse(full)));
      expect(() => begin(written)).toThrow(/no variable for \$\{v0\}/);
    });

    test('makes Secrets of its secrets, which print nothing', () => {
      const secret = fieldFacts(type.fields).filter((fact) => fact.secret === true);
      for (const { name } of secret) {
        const given = JSON.stringify(full[name]);
        expect(
          canaries.some((canary) => given.includes(canary)),
          `plant a canary in ${name}`,
        ).toBe(true);
      }
      const parsed = type.fields.parse(full);
      for (const said of [JSON.stringify(parsed), inspect(parsed, { depth: null, showHidden: true })])
        expectNothingSaid(said);
    });
  });

  if (type.touches === 'files') {
    test(`the connection type ${type.id} touches no file until the operator opens a folder`, async () => {
      for (const use of ['test', 'open'] as const) {
        const error = await failureOf(begin(full, { roots: [] })[use]());
        expect(error).toMatchObject({ name: 'ConnectorError', reason: 'refused' });
        expect(wordsOf(error)).toContain('TRIBUTARY_FILE_ROOTS');
      }
    });
  }

  if ('at' in network) describeReach(type, network);

  function describeReach(
    { id, keyMaterialFields = [], notifies }: AnyConnectionType,
    { at, blind, impatient }: Exclude<typeof network, { none: string }>,
  ): void {
    describe(`the connection type ${id} reaches its far end`, () => {
      test('by the operator’s rules only', async () => {
        let asked = 0;
        const { server, port } = await listening((socket) => {
          asked += 1;
          socket.destroy();
        });
        for (const host of ['127.0.0.1', 'localhost']) {
          const trial = begin({ ...full, ...at(host, port) }, { policy: { allow: [] } });
          const error = await failureOf(trial.test());
          expect(error, wordsOf(error)).toMatchObject({ name: 'ConnectorError', reason: 'refused' });
          const opened = await trial.open().catch(() => undefined);
          const notified = opened?.notify && (await failureOf(opened.notify(sampleNotice('refused'))));
          if (notified) expect(notified, wordsOf(notified)).toMatchObject({ reason: 'refused' });
        }
        expect(asked).toBe(0);
        server.close();
      });

      if (blind === undefined)
        test('and says what to check when nobody is there', async () => {
          const port = await deadPort();
          const trial = begin({ ...full, ...at('127.0.0.1', port) });
          const opened = notifies ? await trial.open() : undefined;
          const errors = [await failureOf(trial.test())];
          if (opened?.notify) errors.push(await failureOf(opened.notify(sampleNotice('nobody there'))));
          for (const error of errors) {
            expect(error, wordsOf(error)).toMatchObject({ name: 'ConnectorError', reason: 'unavailable' });
            expect((error as Error).message).toContain(String(port));
            expect((error as Error).message).toMatch(saysWhatToDo);
            expectNothingSaid(wordsOf(error));
          }
          expectNothingSaid(trial.logs.join('\n'));
        });

      test('is opened without waiting for it, and closed twice', async () => {
        const sockets: Socket[] = [];
        const { server, port } = await listening((socket) => void sockets.push(socket.on('error', () => undefined)));
        for (const to of [port, await deadPort()]) {
          const opened = await begin({ ...full, ...at('127.0.0.1', to) }).open();
          expect(opened.notify !== undefined).toBe(notifies);
          await opened.close();
          await opened.close();
        }
        for (const socket of sockets) socket.destroy();
        server.close();
      });

      if (impatient !== undefined)
        test('gives up when it takes the connection and says nothing', async () => {
          const sockets: Socket[] = [];
          const { server, port } = await listening((socket) => void sockets.push(socket.on('error', () => undefined)));
          const trial = begin({ ...full, ...at('127.0.0.1', port), ...impatient });
          const error = await failureOf(trial.test());
          expect(error, wordsOf(error)).toMatchObject({ name: 'ConnectorError', reason: 'unavailable' });
          expectNothingSaid(wordsOf(error));
          for (const socket of sockets) socket.destroy();
          server.close();
        });

      test.each(keyMaterialFields)('with certificates that exist: an unknown name in %s is said', async (field) => {
        const error = await failureOf(begin({ ...full, ...at('127.0.0.1', 9), [field]: 'nobody-knows' }).test());
        expect(error, wordsOf(error)).toMatchObject({ name: 'ConnectorError', reason: 'configuration' });
        expect(wordsOf(error)).toContain('nobody-knows');
      });
    });
  }

  const { live } = options;
  describe.skipIf(live === undefined)(`the connection type ${type.id} with a real far end`, () => {
    let farEnd: LiveFarEnd;
    const secretsOf = (settings: JsonObject): readonly string[] =>
      fieldFacts(type.fields)
        .filter(({ secret }) => secret === true)
        .flatMap(({ name }) => settings[name] ?? [])
        .filter((value) => typeof value === 'string' && value !== '') as string[];
    const beginLive = (changes: JsonObject = {}): Trial => begin({ ...farEnd.settings, ...changes }, farEnd.around);

    beforeAll(async () => {
      farEnd = await live!();
    });
    afterAll(async () => {
      await farEnd?.stop();
    });

    test('proves that the settings work, and says so', async () => {
      const trial = beginLive();
      const { message } = await trial.test();
      expect(message).toMatch(/^\S.{4,}/);
      expectNothingSaid([message, ...trial.logs].join('\n'), secretsOf(farEnd.settings));
    });

    test('calls a refused credential by its name, and keeps it to itself', async () => {
      if (farEnd.refusedCredentials === undefined) return;
      const trial = beginLive(farEnd.refusedCredentials);
      const error = await failureOf(trial.test());
      expect(error, wordsOf(error)).toMatchObject({ name: 'ConnectorError', reason: 'credential' });
      expect((error as Error).message).toMatch(saysWhatToDo);
      const secrets = secretsOf({ ...farEnd.settings, ...farEnd.refusedCredentials });
      expectNothingSaid([wordsOf(error), ...trial.logs].join('\n'), secrets);
    });

    test('is opened, used and closed twice', async () => {
      const opened = await beginLive().open();
      expect(opened.notify !== undefined).toBe(type.notifies);
      if (opened.notify) {
        await opened.notify(sampleNotice('The sync of crm failed'));
        await farEnd.received?.('The sync of crm failed');
      }
      await opened.close();
      await opened.close();
    });

    test('is found again after it was gone', async () => {
      if (!farEnd.restart) return;
      const { notify } = await beginLive().open();
      await notify?.(sampleNotice('before the restart'));
      await farEnd.restart();
      await vi.waitFor(async () => await notify?.(sampleNotice('after the restart')), {
        timeout: 30_000,
        interval: 100,
      });
      await farEnd.received?.('after the restart');
    });
  });
}
