import type { HttpClient } from '../../kit/http-client.ts';
import { HttpRig } from '../../kit/http-rig.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { buildBudget } from '../budget/build-budget.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { RequestPlace } from '../model/request.ts';

export interface TestingOptions {
  readonly config?: JsonObject;
  readonly rig?: HttpRig;
  /** Texts that `guard` and `shown` hide. */
  readonly secrets?: readonly string[];
  readonly custom?: Build['custom'];
  readonly budget?: Component;
  readonly grantedAuthorization?: Build['grantedAuthorization'];
  readonly kept?: JsonObject[];
}

/** A `Build` with a real HTTP client that may reach the loopback, and with nothing of the other families. */
export function testingBuild(options: TestingOptions = {}): Build {
  const { config = {}, rig = new HttpRig(), secrets = [], grantedAuthorization } = options;
  const http: HttpClient = rig.client();
  const isSecret = (text: string): boolean => secrets.some((secret) => text.includes(secret));
  const nothing = (): never => {
    throw new Error('the tests of requests build no streams');
  };
  const ctx: Build['ctx'] = {
    config,
    credentials: {},
    http,
    clock: rig.clock,
    log: { debug: () => undefined, info: (_fields, message) => void rig.lines.push(message), warn: () => undefined },
    signal: new AbortController().signal,
    options: { fullRefresh: false },
    connect: nothing,
    resolve: nothing,
    keyMaterial: nothing,
    files: {} as never,
  };
  return {
    config,
    ctx,
    custom: options.custom ?? new Map(),
    guard: (text) => (isSecret(text) ? new Secret(text) : text),
    shown: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text),
    budget: buildBudget(options.budget, { config, ctx }),
    concurrency: 2,
    manifest: { type: 'DeclarativeSource' },
    files: new Map(),
    stream: nothing,
    retriever: nothing,
    configChanged(changed) {
      options.kept?.push(changed);
      return Promise.resolve();
    },
    ...(grantedAuthorization && { grantedAuthorization }),
  };
}

export const testingStream = (name = 'pets', more: Partial<StreamContext> = {}): StreamContext => ({
  name,
  primaryKey: [],
  schema: () => Promise.resolve({}),
  ...more,
});

/** The place of a request in a slice with this partition. */
export const placeOf = (partition: JsonObject = {}, token?: Json): RequestPlace => ({
  slice: { ...EMPTY_SLICE, partition },
  ...(token !== undefined && { token: { next_page_token: token } }),
});
