import type { Build } from '../model/build.ts';

/** Says when a position is worth a state, and which tokens may lie in it. */
export interface PositionKeeping {
  /** At once for the first time, then each time that the interval has passed. */
  isDue(): boolean;
  /** Whether the JSON of a token is short and holds no secret. */
  mayKeep(token: string): boolean;
}

/** Longest token that is kept, as JSON in characters. */
const LONGEST_TOKEN = 2_000;

/** Names of what is no credential, though it looks like one: `…?page_token=abc`. */
const PAGE_TOKEN = /\b(?:next|page|continuation|cursor|skip|sync)(?:[_-]?page)?[_-]?token/gi;

/** The keeping of one read. */
export function positionKeeping({ ctx, shown }: Build, intervalMs: number): PositionKeeping {
  let keptAt = Number.NEGATIVE_INFINITY;
  return {
    isDue() {
      const now = ctx.clock.now();
      if (now - keptAt < intervalMs) return false;
      keptAt = now;
      return true;
    },
    mayKeep(token) {
      const plain = token.replaceAll(PAGE_TOKEN, 'page');
      return token.length <= LONGEST_TOKEN && shown(plain) === plain;
    },
  };
}
