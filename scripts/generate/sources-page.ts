import { catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { fieldFacts } from '@tributary/connectors/kit/type-schema';
import type { z } from 'zod';

interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly FieldSchema[];
}

const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

function typeWord(field: FieldSchema): string {
  const choices = field.enum?.map((value) => `\`${value}\``).join(', ');
  return choices ?? field.type ?? field.anyOf?.map(typeWord).find((word) => word !== 'null') ?? 'any';
}

function fieldTable(shape: z.ZodObject): string {
  const rows = fieldFacts(shape).map((field) => {
    const type = field.secret === true ? 'secret' : typeWord(field.schema as FieldSchema);
    const none = field.default === undefined || field.default === null;
    const fallback = field.required ? 'required' : none ? '' : `\`${JSON.stringify(field.default)}\``;
    const help = [field.title, field.description].filter((text) => text !== undefined && text !== '').join('. ');
    return `| \`${field.name}\` | ${cell(type)} | ${cell(fallback)} | ${cell(help)} |`;
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
