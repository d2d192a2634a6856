import type { Json } from '../../kit/json.ts';

/** How the key of a record is found; see the field `key` of the configuration. */
export type KeyRule =
  | { readonly by: 'sequence' }
  | { readonly by: 'subject'; readonly prefix: string }
  | { readonly by: 'header'; readonly name: string }
  | { readonly by: 'field'; readonly path: readonly string[] };

/** What the key is taken from. */
export interface KeyedMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly data: Json | undefined;
}

const BUCKET = /^KV_(.+)$/;

/** The rule for a JetStream stream; a bucket of keys and values goes by its keys (NATS ADR-8). */
export function keyRuleOf(given: string, stream: string): KeyRule {
  const bucket = BUCKET.exec(stream)?.[1];
  if (bucket !== undefined) return { by: 'subject', prefix: `$KV.${bucket}.` };
  const [by = '', ...rest] = given.split(':');
  const name = rest.join(':');
  if (by === 'subject') return { by, prefix: '' };
  if (by === 'header') return { by, name: name.toLowerCase() };
  if (by === 'field') return { by, path: name.split('.') };
  return { by: 'sequence' };
}

/** The key of a subject, when subjects are keys. */
export const subjectKey = (rule: KeyRule & { readonly by: 'subject' }, subject: string): string =>
  subject.startsWith(rule.prefix) ? subject.slice(rule.prefix.length) : subject;

/** The record's key, `undefined` when the message has none. */
export function recordKey(rule: KeyRule, message: KeyedMessage): string | undefined {
  switch (rule.by) {
    case 'sequence':
      return String(message.sequence);
    case 'subject':
      return subjectKey(rule, message.subject);
    case 'header':
      return Object.entries(message.headers).find(([name]) => name.toLowerCase() === rule.name)?.[1][0];
    case 'field':
      return scalar(rule.path.reduce<unknown>(inside, message.data));
  }
}

const inside = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const scalar = (value: unknown): string | undefined =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
