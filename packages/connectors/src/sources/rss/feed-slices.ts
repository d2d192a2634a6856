import type { Slice } from '../../kit/connector.ts';
import type { RssConfig } from './config.ts';
import { shortHash } from './short-hash.ts';

/** A slice for every feed; its id tells nothing of the address, which may hold a key. */
export const feedSlices = ({ urls }: Pick<RssConfig, 'urls'>): readonly Slice[] =>
  [...new Set(urls)].map((url) => ({ id: shortHash(16, url), value: { url } }));
