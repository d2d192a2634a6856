import type { JsonObject } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { fieldIssues } from '../lib/field-issues.ts';

/** A connection as a caller describes it: nothing of it has been looked at, since what is wrong first is told first. */
export interface ConnectionInput {
  readonly type: unknown;
  readonly name: unknown;
  readonly description: unknown;
  readonly enabled: unknown;
  readonly deployToWorker: unknown;
  /** The fields of the type; others are left out. */
  readonly settings: JsonObject;
}

/** What every connection has, with the defaults of a full replacement: what is not given is not kept. */
export interface CommonFields {
  readonly description: string | null;
  readonly enabled: boolean;
  readonly deployToWorker: boolean;
}

const orDefault = <T>(field: z.ZodType<T>, value: T) => z.preprocess((given) => given ?? value, field);

const Common = z.object({
  description: orDefault(z.string().max(4_000).nullable(), null),
  enabled: orDefault(z.boolean(), true),
  deployToWorker: orDefault(z.boolean(), true),
});

/** @throws connection_fields_refused */
export function readCommonFields({ description, enabled, deployToWorker }: ConnectionInput): CommonFields {
  const parsed = Common.safeParse({ description, enabled, deployToWorker });
  if (!parsed.success) throw errors.connection_fields_refused({ issues: fieldIssues(parsed.error.issues, []) });
  return parsed.data;
}

/** Characters of a name. */
const longestName = 255;

/** The name that is asked for; undefined when none is given. Throws `connection_fields_refused`. */
export function readName(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  const refuse = (message: string) =>
    errors.connection_fields_refused({ issues: [{ path: ['name'], message, code: 'invalid_name' }] });
  if (typeof given !== 'string') throw refuse('The name must be text.');
  const name = given.normalize('NFC').trim();
  if (name.length > longestName) throw refuse(`The name has more than ${longestName} characters.`);
  if (/\p{Cc}/u.test(name)) throw refuse('The name holds control characters.');
  return name === '' ? undefined : name;
}

/** Two names are the same connection when their keys are. */
export function handleKey(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
