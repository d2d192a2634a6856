import type { AnyConnectionType, OpenConnection, TypeContext } from './connection-type.ts';
import { ConnectorError } from './connector-error.ts';
import type { JsonObject } from './json.ts';
import type { KeyMaterial } from './key-material.ts';
import type { Lookup, NetworkPolicy } from './network-guard.ts';
import { createTypeContext } from './type-context.ts';

/** What a trial may be given beside the settings. */
export interface TrialSurroundings {
  readonly variables?: Readonly<Record<string, string>>;
  readonly policy?: NetworkPolicy;
  /** The resolver; the system's when absent. */
  readonly lookup?: Lookup;
  /** The operator's file roots. */
  readonly roots?: readonly string[];
  readonly refused?: readonly string[];
  /** Certificates and key stores of the project. */
  readonly keyMaterial?: readonly KeyMaterial[];
}

/** One use of a type in a test: a context of real parts, and what was logged meanwhile. */
export interface Trial {
  readonly ctx: TypeContext;
  readonly logs: readonly string[];
  test(): Promise<{ readonly message: string }>;
  /** Opened connections are closed with the trial. */
  open(): Promise<OpenConnection>;
  abort(): void;
  close(): Promise<void>;
}

/** Everything that an error says: its words and those of its causes. */
export function wordsOf(error: unknown): string {
  if (error instanceof Error) return `${error.message} ${wordsOf(error.cause)}`;
  return typeof error === 'string' ? error : '';
}

/** Loopback is allowed when nothing else is said. Throws `ConnectorError` when the settings do not fit. */
export function startTrial(type: AnyConnectionType, settings: JsonObject, around: TrialSurroundings = {}): Trial {
  const logs: string[] = [];
  const opened: OpenConnection[] = [];
  const abort = new AbortController();
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void logs.push(
      `${message} ${JSON.stringify(fields, (_name, value: unknown) => (value instanceof Error ? wordsOf(value) : value))}`,
    );
  const ctx = createTypeContext({
    type,
    settings,
    variables: new Map(Object.entries(around.variables ?? {})),
    keyMaterial: (name) => {
      const found = around.keyMaterial?.find((one) => one.name === name);
      const missing = new ConnectorError('configuration', `There is no certificate or key store '${name}'.`);
      return found ? Promise.resolve(found) : Promise.reject(missing);
    },
    policy: around.policy ?? { allow: ['127.0.0.0/8', '::1/128'] },
    ...(around.lookup && { lookup: around.lookup }),
    roots: around.roots ?? [],
    refused: around.refused ?? [],
    clock: {
      now: () => Date.now(),
      sleep: (ms, signal) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        return promise.finally(() => clearTimeout(timer));
      },
    },
    log: { debug: note, info: note, warn: note },
    signal: abort.signal,
  });
  return {
    ctx,
    logs,
    test: () => type.test(ctx),
    async open() {
      const connection = await type.open(ctx);
      opened.push(connection);
      return connection;
    },
    abort: () => abort.abort(new Error('stopped')),
    async close() {
      for (const connection of opened) await connection.close();
      await ctx.close();
    },
  };
}
