import type { Authenticator } from './authenticator.ts';

/** For sources that ask for no proof (`NoAuth`). */
export const noAuth: Authenticator = { authenticate: () => Promise.resolve({ parts: {} }) };
