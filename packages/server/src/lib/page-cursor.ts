/** A place in a list that is sorted by creation, newest first. */
export interface PagePlace {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly id: string;
}

/** The place as an opaque text for callers. */
export function encodePlace(place: PagePlace): string {
  return Buffer.from(`${place.createdAt}:${place.id}`).toString('base64url');
}

/** Reads a text that `encodePlace` made; `undefined` when it is anything else. */
export function decodePlace(text: string): PagePlace | undefined {
  const match = /^(\d{1,16}):([0-9a-f-]{36})$/.exec(Buffer.from(text, 'base64url').toString('utf8'));
  return match?.[1] !== undefined && match[2] !== undefined ? { createdAt: Number(match[1]), id: match[2] } : undefined;
}
