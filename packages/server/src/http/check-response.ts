import type { RouteDeclaration } from './route.ts';

/**
 * Compares an answer with what the route says it returns, so that the documentation cannot drift. Used in tests and
 * development only.
 * @returns what is wrong, in words for us, or undefined.
 */
export function checkResponse(route: RouteDeclaration, status: number, text: string | undefined): string | undefined {
  const schema = route.returns[status];
  const name = `${route.method} ${route.path} (${route.operationId})`;
  if (schema === undefined) return `${name} answered ${status}, which it does not declare`;
  if (schema === 'event-stream') return `${name} answered a body where it declares an event stream`;
  const body: unknown = text === undefined ? undefined : JSON.parse(text);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    return `${name} answered ${status} with a body that its schema refuses: ${problems.join('; ')}`;
  }
  const extra = undeclaredKey(body, parsed.data, 'body');
  return extra === undefined ? undefined : `${name} answered ${status} with the undeclared field ${extra}`;
}

/** The path of a key that parsing dropped because no schema names it. */
function undeclaredKey(sent: unknown, parsed: unknown, path: string): string | undefined {
  if (typeof sent !== 'object' || sent === null || typeof parsed !== 'object' || parsed === null) return undefined;
  for (const [key, value] of Object.entries(sent)) {
    if (!(key in parsed)) return `${path}.${key}`;
    const found = undeclaredKey(value, (parsed as Record<string, unknown>)[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
