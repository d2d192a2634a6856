import { hash } from 'node:crypto';
import { catalogue } from '../errors.ts';
import { exampleOf, wordsOf } from './docs-schema.ts';
import { escapeHtml } from './escape-html.ts';
import type { OpenApiDocument, OpenApiOperation } from './openapi.ts';
import type { JsonSchema } from './openapi-schemas.ts';

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 62%, transparent); }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 6rem; font: 16px/1.55 system-ui, sans-serif; }
h1 { margin: 0; } h2 { margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin: 1.2rem 0 .3rem; font-size: 1rem; }
code, pre, summary b { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: .4rem; }
details { border-bottom: 1px solid var(--line); padding: .35rem 0; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4rem; } summary span { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; }
td:first-child { white-space: nowrap; } .soft { color: var(--soft); }
nav a { margin-right: 1rem; }
`;

/** The document as one page without scripts and without anything from elsewhere, and the policy that holds it to that. */
export function docsPage(document: OpenApiDocument): { readonly html: string; readonly policy: string } {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2 id="${anchor(name)}">${escapeHtml(name)}</h2>${own.map((one) => operationHtml(one, document)).join('')}`;
  });
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tributary API</title><style>${style}</style></head><body>
<h1>Tributary API</h1>
<p>${escapeHtml(document.info.description)} Version ${escapeHtml(document.info.version)}.
The same as a document: <a href="openapi.json">openapi.json</a>.</p>
<p>Send the API key as <code>x-api-key: trib_…</code> or <code>Authorization: Bearer trib_…</code>.</p>
<nav>${document.tags.map(({ name }) => `<a href="#${anchor(name)}">${escapeHtml(name)}</a>`).join('')}</nav>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>${schemasHtml(document)}
<h2 id="errors">Errors</h2>${errorsHtml()}
</body></html>`;
  const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, policy };
}

function anchor(name: string): string {
  return encodeURIComponent(name.toLowerCase().replaceAll(/\W+/g, '-'));
}

interface Shown {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

function operationHtml({ path, method, operation }: Shown, document: OpenApiDocument): string {
  const scope = operation['x-required-scope'];
  const body = operation.requestBody?.content['application/json']?.schema;
  const parameters = operation.parameters.map(({ name, in: place, required, description, schema }): Row => ({
    name,
    words: `${wordsOf(schema)}, ${place}${required ? ', required' : ''}`,
    description,
  }));
  return `<details id="${escapeHtml(operation.operationId)}"><summary><b>${method}</b> <code>${escapeHtml(path)}</code> <span>${escapeHtml(operation.summary)}</span></summary>
${operation.description === undefined ? '' : `<p>${escapeHtml(operation.description)}</p>`}
<p class="soft">${scope === undefined ? 'Needs no key.' : `Needs the scope <code>${escapeHtml(scope)}</code>.`}</p>
${tableHtml('Parameters', parameters)}
${body ? bodyHtml('Body', body) : ''}
${tableHtml('Answers', answerRows(operation))}
<h3>Try it</h3><pre>${escapeHtml(curlOf({ path, method, operation }, document))}</pre></details>\n`;
}

interface Row {
  readonly name: string;
  /** HTML. */
  readonly words: string;
  readonly description?: string | undefined;
}

function tableHtml(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(
    ({ name, words, description = '' }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${words}</td><td>${escapeHtml(description)}</td></tr>`,
  );
  return `${title === '' ? '' : `<h3>${title}</h3>`}<table>${lines.join('')}</table>`;
}

function answerRows(operation: OpenApiOperation): Row[] {
  return Object.entries(operation.responses).map(([status, { description, content = {} }]) => {
    const schema = Object.values(content)[0]?.schema;
    const codes = description.startsWith('`');
    const words = codes ? errorLinks(description) : schema ? wordsOf(schema) : 'no body';
    return { name: status, words, description: codes ? undefined : description };
  });
}

function errorLinks(description: string): string {
  return [...description.matchAll(/`(\w+)`/g)]
    .map(([, code = '']) => `<a href="#error-${code}"><code>${escapeHtml(code)}</code></a>`)
    .join(', ');
}

function bodyHtml(title: string, schema: JsonSchema): string {
  const rows = propertyRows(schema);
  return rows.length > 0 ? tableHtml(title, rows) : `<h3>${title}</h3><p>${wordsOf(schema)}</p>`;
}

function propertyRows(schema: JsonSchema): Row[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    words: `${wordsOf(property)}${schema.required?.includes(name) === true ? ', required' : ''}`,
    description: property.description,
  }));
}

function schemasHtml(document: OpenApiDocument): string {
  return Object.entries(document.components.schemas)
    .map(([name, schema]) => {
      const description = schema.description === undefined ? '' : `<p>${escapeHtml(schema.description)}</p>`;
      const inside =
        propertyRows(schema).length > 0 ? tableHtml('', propertyRows(schema)) : `<p>${wordsOf(schema)}</p>`;
      return `<details id="schema-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary>${description}${inside}</details>`;
    })
    .join('\n');
}

function errorsHtml(): string {
  const rows = Object.entries(catalogue).map(
    ([code, { kind }]) =>
      `<tr id="error-${code}"><td><code>${code}</code></td><td>${kind.replaceAll('_', ' ')}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function curlOf({ path, method, operation }: Shown, document: OpenApiDocument): string {
  const body = operation.requestBody?.content['application/json']?.schema;
  const server = document.servers[0]?.url ?? '/';
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} '${server === '/' ? 'http://127.0.0.1:8787' : server}${path}'`,
    ...(operation.security.length > 0 ? [`-H "x-api-key: $TRIBUTARY_API_KEY"`] : []),
    ...(body
      ? [
          `-H 'content-type: application/json'`,
          `-d '${JSON.stringify(exampleOf(body, document.components.schemas)).replaceAll("'", String.raw`'\''`)}'`,
        ]
      : []),
  ];
  return lines.join(' \\\n  ');
}
