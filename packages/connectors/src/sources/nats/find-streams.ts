import type { StreamInfo } from '@nats-io/jetstream';
import type { Config } from './config.ts';

/** What one of our streams reads: a JetStream stream, or what of it has a subject. */
export interface Target {
  readonly name: string;
  readonly stream: string;
  readonly subject?: string;
}

const matches = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });

/** Whether some subject meets both: `*` is one token, `>` all that follow. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    if (a[at] === undefined || b[at] === undefined) return false;
    if (a[at] === '>' || b[at] === '>') return true;
    if (a[at] !== '*' && b[at] !== '*' && a[at] !== b[at]) return false;
  }
  return true;
}

type StreamSettings = Pick<StreamInfo['config'], 'name' | 'subjects' | 'retention'>;

/** Object stores keep pieces of files, which mean nothing one by one; a work queue gives each message to one reader only. */
const isReadable = ({ name, retention }: StreamSettings): boolean =>
  !name.startsWith('OBJ_') && retention !== 'workqueue';

/** The streams to read of those that the server has, sorted by name. */
export function targetsOf(
  streams: readonly { readonly config: StreamSettings }[],
  { include_streams: include, exclude_streams: exclude, subjects }: Config,
): readonly Target[] {
  const chosen = streams
    .map(({ config }) => config)
    .filter((one) => (include.length === 0 ? isReadable(one) : matches(include, one.name)))
    .filter(({ name }) => !matches(exclude, name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  if (subjects.length === 0) return chosen.map(({ name }) => ({ name, stream: name }));
  return chosen.flatMap(({ name, subjects: held }) =>
    // A stream without subjects of its own copies others, and may hold any.
    [...new Set(subjects)]
      .filter((subject) => held.length === 0 || held.some((one) => overlaps(one, subject)))
      .map((subject) => ({ name: `${name}:${subject}`, stream: name, subject })),
  );
}
