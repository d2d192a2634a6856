import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../lib/asserts.ts';
import { type GivenKeyMaterial, readKeyMaterial, type ReadKeyMaterial } from './read-key-material.ts';
import { UnusableKeyMaterial } from '@tributary/connectors/kit/unusable-key-material';

export type Reading =
  | { readonly ok: true; readonly read: ReadKeyMaterial }
  | { readonly ok: false; readonly reason: string };

function reading(): Reading {
  try {
    return { ok: true, read: readKeyMaterial(workerData as GivenKeyMaterial) };
  } catch (error) {
    // Errors of parsers may quote what they were given.
    return { ok: false, reason: error instanceof UnusableKeyMaterial ? error.message : 'It cannot be read.' };
  }
}

/** The module of the thread that reads one file. */
must(parentPort, 'this module is the entry of a thread').postMessage(reading());
