import { randomUUID } from 'node:crypto';
import type { AnyConnectionType } from '../kit/connection-type.ts';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Clock } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import type { KeyMaterial } from '../kit/key-material.ts';
import type { Lookup } from '../kit/network-guard.ts';
import type { Notice } from '../kit/notice.ts';
import { createTypeContext, type OwnedTypeContext } from '../kit/type-context.ts';
import { handClock, silentLog } from './connector-probe.ts';

export interface TypeProbeOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly keyMaterial?: readonly KeyMaterial[];
  /** Address ranges that may be reached beside the public ones; default all. */
  readonly allow?: readonly string[] | 'all';
  readonly lookup?: Lookup;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** A context as the server would make it, with the private network open and a clock that does not wait. */
export function probeType(
  type: AnyConnectionType,
  settings: JsonObject,
  options: TypeProbeOptions = {},
): OwnedTypeContext {
  return createTypeContext({
    type,
    settings,
    variables: new Map(Object.entries(options.variables ?? {})),
    keyMaterial(name) {
      const found = options.keyMaterial?.find((one) => one.name === name);
      return found ? Promise.resolve(found) : Promise.reject(new ConnectorError('configuration', `no ${name}`));
    },
    policy: { allow: options.allow ?? 'all' },
    roots: [],
    refused: [],
    clock: options.clock ?? handClock(),
    log: silentLog,
    signal: options.signal ?? new AbortController().signal,
    ...(options.lookup && { lookup: options.lookup }),
  });
}

export const testNotice = (more: Partial<Notice> = {}): Notice => ({
  id: randomUUID(),
  kind: 'sync.failed',
  severity: 'error',
  title: 'The sync of “Orders” failed',
  text: 'The source refused the credential.\nRenew it.',
  at: Date.UTC(2026, 0, 2),
  facts: { source: 'orders' },
  ...more,
});
