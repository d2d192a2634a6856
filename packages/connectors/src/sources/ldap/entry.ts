import { z } from 'zod';
import type { RecordDescription } from '../../kit/connector.ts';
import type { LdapConfig } from './config.ts';
import type { LdapEntry } from './open-directory.ts';

/** An entry: its attributes by their names, one value as a text and several as a list. */
export const EntryRow = z
  .object({
    dn: z.string(),
    /** `entryUUID` (RFC 4530), Active Directory's `objectGUID` in hexadecimal digits, or the name in lower case. */
    entry_key: z.string(),
    created_at: z.string().optional(),
    modified_at: z.string().optional(),
  })
  .catchall(z.union([z.string(), z.array(z.string())]));
export type EntryRow = z.output<typeof EntryRow>;

/** Attributes that the server keeps by itself and shows only when they are asked for. */
export const OPERATIONAL = [
  'entryUUID',
  'objectGUID',
  'createTimestamp',
  'modifyTimestamp',
  'whenCreated',
  'whenChanged',
  'hasSubordinates',
] as const;
export const BINARY = ['objectGUID', 'objectSid'];

/** What a text of bytes that are no UTF-8 holds. */
const NO_TEXT = /[\uFFFD\0]/;

function textsOf(value: LdapEntry[string] | undefined): readonly string[] {
  const values: readonly (string | Buffer)[] =
    value === undefined ? [] : Array.isArray(value) ? value : [value as string];
  return values.filter((one): one is string => typeof one === 'string' && !NO_TEXT.test(one));
}

/** The first value of an attribute, its name in any case. */
export function valueOf(entry: LdapEntry, attribute: string): string | undefined {
  const name = Object.keys(entry).find((one) => one.toLowerCase() === attribute.toLowerCase());
  return name === undefined ? undefined : textsOf(entry[name])[0];
}

/** What stays the same when an entry is renamed or moved; its name where the server keeps no such thing. */
export function keyOf(entry: LdapEntry): string {
  const guid = [entry['objectGUID']].flat().find((one) => Buffer.isBuffer(one));
  // Names are compared without regard to case.
  return valueOf(entry, 'entryUUID') ?? guid?.toString('hex') ?? entry.dn.toLowerCase();
}

/** Generalized time (RFC 4517 §3.3.13), `20261126101112.5Z`, as ISO 8601; undefined when it is something else. */
export function toIso(generalized: string | undefined): string | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?Z$/.exec(generalized ?? '');
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second = '00'] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

const one = (values: readonly string[]): string | string[] =>
  values.length === 1 ? (values[0] ?? '') : values.toSorted();

export function rowOf(entry: LdapEntry, { exclude_attributes }: LdapConfig): EntryRow {
  const left = new Set(['dn', ...OPERATIONAL, ...exclude_attributes].map((name) => name.toLowerCase()));
  const attributes = Object.entries(entry)
    .filter(([name]) => !left.has(name.toLowerCase().replace(/;.*$/, '')))
    .map(([name, value]) => [name, textsOf(value)] as const)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => [name, one(values)] as const);
  const created = toIso(valueOf(entry, 'createTimestamp') ?? valueOf(entry, 'whenCreated'));
  const modified = toIso(valueOf(entry, 'modifyTimestamp') ?? valueOf(entry, 'whenChanged'));
  return {
    ...Object.fromEntries(attributes),
    dn: entry.dn,
    entry_key: keyOf(entry),
    ...(created !== undefined && { created_at: created }),
    ...(modified !== undefined && { modified_at: modified }),
  };
}

const UNSEARCHED = new Set(['entry_key', 'created_at', 'modified_at', 'objectClass']);

/** `name: value` lines. */
export const entryText = (row: EntryRow): string =>
  Object.entries(row)
    .filter(([name]) => !UNSEARCHED.has(name))
    .map(([name, value]) => `${name}: ${[value].flat().join(', ')}`)
    .join('\n');

export function describeEntry(row: EntryRow): RecordDescription {
  const named = [row['displayName'], row['cn'], row['ou']].flat().find((one) => one !== undefined && one !== '');
  return {
    name: named ?? row.dn,
    ...(row.created_at !== undefined && { createdAt: Date.parse(row.created_at) }),
    ...(row.modified_at !== undefined && { updatedAt: Date.parse(row.modified_at) }),
  };
}
