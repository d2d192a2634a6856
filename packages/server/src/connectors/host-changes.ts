/** A host that one of two versions of a connector sends requests to, in the words of its manifest, and the other does not. */
export interface HostChange {
  readonly host: string;
  readonly change: 'added' | 'gone';
}

/** Compares the hosts of two versions of a connector; templates are the same when their texts are. */
export function hostChanges(before: readonly string[], after: readonly string[]): readonly HostChange[] {
  const [older, newer] = [new Set(before), new Set(after)];
  return [
    ...[...newer.difference(older)].map((host) => ({ host, change: 'added' as const })),
    ...[...older.difference(newer)].map((host) => ({ host, change: 'gone' as const })),
  ];
}
