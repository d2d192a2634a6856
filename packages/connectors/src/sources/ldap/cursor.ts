import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LdapConfig } from './config.ts';
import { valueOf } from './entry.ts';
import type { LdapEntry } from './open-directory.ts';

export const LdapCursor = z.object({
  /** Fingerprint of the settings that decide what is read. */
  rules: z.string(),
  /** The attribute that tells when an entry changed, and its latest value; absent where the server has none. */
  changed: z.object({ attribute: z.enum(['modifyTimestamp', 'whenChanged']), to: z.string() }).optional(),
});
export type LdapCursor = z.output<typeof LdapCursor>;

/** Servers that replicate hand on changes late, under the time when they were made. */
const LOOKBACK_MS = 600_000;

export function rulesOf(config: LdapConfig): string {
  const { serverAddress, baseDn, searchScope, customFilter, attributes, exclude_attributes } = config;
  return createHash('sha256')
    .update(JSON.stringify([serverAddress, baseDn, searchScope, customFilter, attributes, exclude_attributes]))
    .digest('base64url')
    .slice(0, 16);
}

/** Remembers the latest time of change that the server has told; its clock, not ours. */
export class Latest {
  #changed: LdapCursor['changed'];

  constructor(before: LdapCursor['changed']) {
    this.#changed = before;
  }

  saw(entry: LdapEntry): void {
    // Active Directory computes its `modifyTimestamp`, and cannot search for it.
    const whenChanged = valueOf(entry, 'whenChanged');
    const attribute = whenChanged === undefined ? 'modifyTimestamp' : 'whenChanged';
    const to = whenChanged ?? valueOf(entry, 'modifyTimestamp');
    if (to === undefined) return;
    if (this.#changed?.attribute !== attribute || this.#changed.to < to) this.#changed = { attribute, to };
  }

  cursor(rules: string): LdapCursor {
    return { rules, ...(this.#changed && { changed: this.#changed }) };
  }
}

/** The filter of what has changed since, as generalized time; undefined when the time cannot be read. */
export function changedSince({ attribute, to }: NonNullable<LdapCursor['changed']>): string | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(to);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  const from = new Date(Date.UTC(year, month - 1, day, hour, minute, second) - LOOKBACK_MS);
  const text = from
    .toISOString()
    .replace(/[-:T]/g, '')
    .replace(/\.\d+Z$/, '');
  return `(${attribute}>=${text}${attribute === 'whenChanged' ? '.0Z' : 'Z'})`;
}
