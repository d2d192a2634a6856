import type { z } from 'zod';
import { errors } from '../errors.ts';
import { fieldIssues, type FieldIssue } from '../lib/field-issues.ts';
import { fieldRequired } from '../lib/field-required.ts';
import type { RouteDeclaration } from './route.ts';

type Part = 'path' | 'query' | 'body';

export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Reads params, query and body by the route's schemas; parts without a schema become undefined.
 * @throws invalid_request with the issues of all three parts; their paths begin with `path`, `query` or `body`.
 */
export function validateRequest(
  route: Pick<RouteDeclaration, 'params' | 'query' | 'body'>,
  request: RawRequest,
): RawRequest {
  const issues: FieldIssue[] = [];
  const params = readPart('path', route.params, request.params, issues);
  const query = readPart('query', route.query, request.query, issues);
  const body = readPart('body', route.body, request.body, issues);
  if (issues.length > 0) throw errors.invalid_request({ issues });
  return { params, query, body };
}

function readPart(part: Part, schema: z.ZodType | undefined, value: unknown, issues: FieldIssue[]): unknown {
  if (schema === undefined) return undefined;
  const nul = findNul(value);
  if (nul) issues.push({ path: [part, ...nul], message: 'must not contain the character NUL', code: 'nul_character' });
  const parsed = schema.safeParse(value, { error: fieldRequired });
  if (parsed.success) return parsed.data;
  issues.push(...fieldIssues(parsed.error.issues, [part]));
  return undefined;
}

/** Where a string holds U+0000, which PostgreSQL cannot store as text. */
function findNul(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.includes('\0') ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    if (key.includes('\0')) return [];
    const found = findNul(child);
    if (found) return [key, ...found];
  }
  return undefined;
}
