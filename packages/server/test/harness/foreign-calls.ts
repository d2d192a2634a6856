import { exampleOf } from '../../src/http/docs-schema.ts';
import type { OpenApiDocument } from '../../src/http/openapi.ts';
import type { TestService } from './service.ts';

export interface ForeignCall {
  /** `GET /collections/{readable_id}`. */
  readonly name: string;
  readonly status: number;
  readonly text: string;
}

/**
 * Calls every operation whose path names a thing of one organization with the key of another one. `ids` are the things,
 * by path parameter; operations with other parameters are left out and named in `skipped`. `bodies` replaces the
 * generated body of an operation where that one would not pass validation.
 */
export async function callForeign(
  t: TestService,
  foreignKey: string,
  ids: Readonly<Record<string, string>>,
  bodies: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly calls: readonly ForeignCall[]; readonly skipped: readonly string[] }> {
  const document = (await (await fetch(`${t.url}/openapi.json`)).json()) as OpenApiDocument;
  const calls: ForeignCall[] = [];
  const skipped: string[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    if (parameters.length === 0) continue;
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${path}`;
      if (!parameters.every((parameter) => parameter in ids)) {
        skipped.push(name);
        continue;
      }
      const schema = operation.requestBody?.content['application/json']?.schema;
      const key = Object.keys(bodies).find((part) => name.includes(part));
      const body = key === undefined ? schema && exampleOf(schema, document.components.schemas) : bodies[key];
      const url = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => ids[parameter] ?? '');
      const query = new URLSearchParams();
      for (const parameter of operation.parameters.filter((one) => one.in === 'query' && one.required))
        query.set(parameter.name, String(exampleOf(parameter.schema, document.components.schemas)));
      const response = await fetch(`${t.url}${url}?${query.toString()}`, {
        method: method.toUpperCase(),
        headers: { 'x-api-key': foreignKey, 'content-type': 'application/json' },
        ...(schema ? { body: JSON.stringify(body) } : {}),
      });
      calls.push({ name, status: response.status, text: await response.text() });
    }
  }
  return { calls, skipped };
}
