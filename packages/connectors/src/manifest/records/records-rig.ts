import type { Json, JsonObject } from '../../kit/json.ts';
import { handClock, silentLog } from '../../testing/connector-probe.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { CustomPort } from '../model/custom-components.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { ManifestResponse } from '../model/request.ts';
import type { RecordPlace } from '../model/records.ts';

export interface RigOptions {
  readonly config?: JsonObject;
  readonly custom?: Readonly<Record<string, CustomPort>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Taken out of what is shown. */
  readonly secret?: string;
}

/** A build with what the parts between answer and record look at; the rest is not there. */
export function rigBuild({ config = {}, custom = {}, files = {}, secret }: RigOptions = {}): Build {
  const build: Partial<Build> = {
    config,
    custom: new Map(Object.entries(custom)),
    files: new Map(Object.entries(files)),
    shown: (text) => (secret === undefined ? text : text.replaceAll(secret, '[secret]')),
    guard: (text) => text,
    ctx: { log: silentLog, clock: handClock() } as unknown as Build['ctx'],
  };
  return build as Build;
}

export function rigStream(schema: JsonObject = {}): StreamContext {
  return { name: 'orders', primaryKey: [], schema: () => Promise.resolve(schema) };
}

export const rigPlace: RecordPlace = { slice: EMPTY_SLICE };

/** A definition as it is loaded; JSON that is an object with a type. */
export const definition = (fields: Record<string, unknown> & { type: string }): Component => fields as Component;

export interface RigAnswerOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of each chunk of the streamed body; the default is all at once. */
  readonly chunkBytes?: number;
}

/** An answer with a body: a text, bytes, or JSON that becomes a text. */
export function rigAnswer(
  body: Json | Uint8Array,
  { headers = {}, chunkBytes }: RigAnswerOptions = {},
): ManifestResponse {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const text = (): string => new TextDecoder().decode(bytes);
  return {
    status: 200,
    headers,
    url: 'https://api.example.com/orders',
    text,
    bytes: () => bytes,
    json: () => JSON.parse(text()) as Json,
    stream: () => chunks(bytes, chunkBytes ?? Math.max(1, bytes.length)),
  };
}

// oxlint-disable-next-line typescript/require-await -- the interface is that of a body that comes in pieces
async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
