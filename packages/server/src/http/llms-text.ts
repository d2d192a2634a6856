import type { OpenApiDocument } from './openapi.ts';

/**
 * An index of the documentation for language models (https://llmstxt.org): a title, a summary, and links; each operation is
 * one line, so that a model finds the one that it needs without reading the whole document.
 */
export function llmsText({ info, tags, paths }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const lines = own.map(
      ({ path, method, operation }) =>
        `- [${method} ${path}](/docs#${encodeURIComponent(operation.operationId)}): ${operation.summary}`,
    );
    return [`## ${name}`, '', ...lines].join('\n');
  });
  const head = [
    `# ${info.title}`,
    '',
    `> ${info.description}`,
    '',
    'Send the API key as `Authorization: Bearer trib_…` or `x-api-key: trib_…`.',
    '',
    '## Documentation',
    '',
    '- [OpenAPI document](/openapi.json): every operation with its parameters, bodies and errors',
    '- [API reference](/docs): the same as a page',
  ].join('\n');
  return `${[head, ...sections].join('\n\n')}\n`;
}
