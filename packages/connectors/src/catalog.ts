import type { Connector } from './kit/connector.ts';

/** Every connector by its id, loaded on first use; sorted. */
export const catalog: Readonly<Record<string, () => Promise<Connector>>> = {};

/** Other spellings that people use; the given spelling is echoed on the wire. */
export const aliases: Readonly<Record<string, string>> = { postgresql: 'postgres' };
