import { createHash } from 'node:crypto';

/** Longer texts are told apart by their hash: the engine finds those of one length by comparing them one after the other. */
const LONG = 10_000;

/** What a set or map of the host takes for a key of a template: the key itself, unless it is a long text. */
export const keyIdentity = (key: unknown): unknown =>
  typeof key === 'string' && key.length > LONG ? `\u0000${createHash('sha256').update(key).digest('hex')}` : key;
