import type { z } from 'zod';

/**
 * How a source can be given credentials. `direct` covers everything that a person types in (API keys, passwords,
 * tokens); its fields are a zod object whose secret fields are made with `secret()`. `none` needs no credential.
 */
export type AuthScheme = DirectScheme | NoAuthScheme;

export interface DirectScheme {
  readonly type: 'direct';
  readonly fields: z.ZodObject;
}

export interface NoAuthScheme {
  readonly type: 'none';
}

/** Credentials that a person types in, described by a zod object. */
export function direct<F extends z.ZodObject>(fields: F): { readonly type: 'direct'; readonly fields: F } {
  return { type: 'direct', fields };
}

export const none: NoAuthScheme = { type: 'none' };

/** The parsed shape of the credentials of a list of schemes. */
export type CredentialsOf<A extends readonly AuthScheme[]> = A[number] extends infer S
  ? S extends { readonly type: 'direct'; readonly fields: infer F extends z.ZodObject }
    ? z.output<F>
    : Record<string, never>
  : never;
