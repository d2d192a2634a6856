import type { GithubContext } from './config.ts';

/**
 * Whether the end of a first reading has named all there is, so that what it did not name is gone. One that goes on from a
 * cursor has, if a full refresh began it, since that throws older cursors away; else it may be an earlier job's.
 */
export const namesAll = ({ options }: GithubContext, since: unknown): boolean =>
  since === undefined || options.fullRefresh;
