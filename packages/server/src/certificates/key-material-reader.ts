import { Worker } from 'node:worker_threads';
import type { Secret } from '@tributary/connectors/kit/secret';
import { errors } from '../errors.ts';
import type { GivenKeyMaterial, ReadKeyMaterial } from './read-key-material.ts';
import type { Reading } from './reading-thread.ts';

/** Certificates and perhaps a key, as their owner sends them. */
export type KeyMaterialInput =
  | {
      readonly type: 'pem';
      readonly certificates: string;
      readonly privateKey?: Secret | undefined;
      readonly passphrase?: Secret | undefined;
    }
  | { readonly type: 'pkcs12'; readonly base64: string; readonly password: Secret };

/** Throws `certificate_unusable`. */
export type KeyMaterialReader = (input: KeyMaterialInput) => Promise<ReadKeyMaterial>;

const PATIENCE_MS = 20_000;

/**
 * Reads in a thread of its own, one file at a time: how long a password is hashed is up to whoever wrote the file, and
 * requests must not wait for that.
 */
export function createKeyMaterialReader(): KeyMaterialReader {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const next = last.then(() => readInThread(revealed(input)));
    last = next.catch(() => undefined);
    return next;
  };
}

function revealed(input: KeyMaterialInput): GivenKeyMaterial {
  if (input.type === 'pkcs12') return { ...input, password: input.password.reveal() };
  return { ...input, privateKey: input.privateKey?.reveal(), passphrase: input.passphrase?.reveal() };
}

async function readInThread(given: GivenKeyMaterial): Promise<ReadKeyMaterial> {
  const { promise, resolve } = Promise.withResolvers<Reading>();
  const worker = new Worker(new URL('./reading-thread.ts', import.meta.url), {
    workerData: given,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  const giveUp = (): void => resolve({ ok: false, reason: 'It cannot be read with reasonable effort.' });
  const timer = setTimeout(giveUp, PATIENCE_MS);
  worker.once('message', resolve).once('error', giveUp).once('exit', giveUp);
  const reading = await promise;
  clearTimeout(timer);
  await worker.terminate();
  if (!reading.ok) throw errors.certificate_unusable({ reason: reading.reason });
  return reading.read;
}
