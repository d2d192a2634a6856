import { catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { z } from 'zod';

interface FieldSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly secret?: boolean;
  readonly enum?: readonly string[];
}

const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

function fieldTable(shape: z.ZodObject): string {
  const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries((schema.properties ?? {}) as Record<string, FieldSchema>).map(([name, field]) => {
    const type =
      field.secret === true ? 'secret' : (field.enum?.map((value) => `\`${value}\``).join(', ') ?? field.type ?? 'any');
    const required = schema.required?.includes(name) ? 'required' : '';
    const fallback = field.default === undefined ? required : `\`${JSON.stringify(field.default)}\``;
    const help = [field.title, field.description].filter((text) => text !== undefined).join('. ');
    return `| \`${name}\` | ${cell(type)} | ${cell(fallback)} | ${cell(help)} |`;
  });
  return rows.length === 0
    ? 'None.'
    : ['| field | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function section(connector: Connector): string {
  const direct = connector.auth.find((scheme) => scheme.type === 'direct');
  return [
    `## ${connector.title} (\`${connector.id}\`)`,
    connector.description,
    '`config`:',
    fieldTable(connector.config),
    ...(direct ? ['`authentication.credentials`:', fieldTable(direct.fields)] : ['It needs no credentials.']),
    ...(connector.touches === 'files' ? ['Off until the operator opens folders with `TRIBUTARY_FILE_ROOTS`.'] : []),
    ...(connector.touches === 'executables' ? ['Off until the operator sets `TRIBUTARY_ALLOW_EXECUTABLES`.'] : []),
  ].join('\n\n');
}

/** `docs/connectors/sources.md`: every source with its fields; those for tests come last, by name only. */
export async function sourcesPage(): Promise<string> {
  const all = await Promise.all(Object.values(catalog).map((load) => load()));
  const internal = all.filter((one) => one.internal === true).map((one) => `\`${one.id}\``);
  const shown = all.filter((one) => one.internal !== true);
  return `# Sources

<!-- Made by \`npm run generate\` from packages/connectors/src/catalog.ts. -->

What can be read, and the fields that each source takes. \`GET /v1/sources/{short_name}\` and
\`tributary sources show <source>\` say the same.

${shown.map(section).join('\n\n')}

## For tests and demonstrations

With \`TRIBUTARY_INTERNAL_SOURCES=on\` there are also: ${internal.join(', ')}.
`;
}
