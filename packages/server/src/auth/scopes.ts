import { z } from 'zod';
import type { JsonText } from '../control/schema.ts';
import { scopes, type Scope } from './actor.ts';

/** A scope as callers write it; `*` is every scope, also those of later versions. */
export const ScopeName = z.enum([...scopes, '*']);

/** The scopes of a stored key; one that this version does not know grants nothing. */
export function readScopes(text: JsonText): (Scope | '*')[] {
  const names = JSON.parse(text) as string[];
  return names.filter((name): name is Scope | '*' => ScopeName.safeParse(name).success);
}
