import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path/posix';
import type { AnyConnectionType } from '@tributary/connectors/kit/connection-type';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import { fieldFacts } from '@tributary/connectors/kit/type-schema';
import type { FieldFacts } from '@tributary/connectors/kit/type-schema';
import { typeAliases, typeCatalog } from '@tributary/connectors/type-catalog';

const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
const code = (value: Json) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const objectOf = (value: Json | undefined): JsonObject => (value ?? {}) as JsonObject;

/** A schema in words: its choices, its bounds, what its items or values are. */
function typeWords(schema: JsonObject): string {
  const { type, enum: choices, const: only, anyOf, items, additionalProperties, properties } = schema;
  if (Array.isArray(choices)) return choices.map((value) => code(value as Json)).join(', ');
  if (only !== undefined) return code(only);
  if (Array.isArray(anyOf)) {
    const kept = (anyOf as JsonObject[]).filter((one) => one['type'] !== 'null' && !isPlaceholder(one));
    return [...new Set(kept.map(typeWords))].join(' or ');
  }
  if (type === 'array') return `list of ${typeWords(objectOf(items))}`;
  if (properties !== undefined) return `{ ${memberWords(objectOf(properties))} }`;
  if (type === 'object') return `map of ${typeWords(objectOf(additionalProperties))}`;
  if (type === 'integer') return `integer, ${schema['minimum'] as number} to ${schema['maximum'] as number}`;
  return type === 'string' ? 'text' : typeof type === 'string' ? type : 'any';
}

const isPlaceholder = ({ description }: JsonObject) =>
  typeof description === 'string' && description.startsWith('A placeholder such as');

const memberWords = (properties: JsonObject) =>
  Object.entries(properties)
    .map(([name, schema]) => `\`${name}\`: ${typeWords(objectOf(schema))}`)
    .join(', ');

function row({ name, title, description, secret, schema, required, default: fallback }: FieldFacts): string {
  const meaning = description === undefined ? `${title}.` : `${title}. ${description}`;
  const none = fallback === undefined || fallback === null || fallback === '';
  const cells = [required ? 'yes' : '', none ? '' : code(fallback), secret === true ? 'yes' : '', meaning];
  return `| \`${name}\` | ${[typeWords(schema), ...cells].map(cell).join(' | ')} |`;
}

/** Links of a README, as they lead from the page. */
function fromPage(text: string, id: string): string {
  const folder = `packages/connectors/src/types/${id}`;
  return text.replaceAll(/\]\((\.{1,2}\/[^)]*)\)/g, (_, link: string) => `](${relative('docs', join(folder, link))})`);
}

/** What the type's own README says below its title. */
async function readme({ id }: AnyConnectionType): Promise<string> {
  const file = new URL(`../../packages/connectors/src/types/${id}/README.md`, import.meta.url);
  return fromPage((await readFile(file, 'utf8')).replace(/^# .*\n+/, '').trim(), id);
}

async function section(type: AnyConnectionType): Promise<string> {
  const spellings = [
    ...(type.aliases ?? []),
    ...Object.entries(typeAliases).flatMap(([alias, id]) => (id === type.id ? [alias] : [])),
  ];
  const said = [...new Set(spellings)].map((alias) => code(alias)).join(', ');
  return [
    `## ${type.title} (\`${type.id}\`)`,
    await readme(type),
    ...(said === '' ? [] : [`Also written ${said}.`]),
    [
      '| field | type | required | default | secret | meaning |',
      '|---|---|---|---|---|---|',
      ...fieldFacts(type.fields).map(row),
    ].join('\n'),
    type.notifies ? 'It carries notifications.' : 'It carries no notifications.',
    ...(type.touches === 'files' ? ['Off until the operator opens folders with `TRIBUTARY_FILE_ROOTS`.'] : []),
  ].join('\n\n');
}

/** `docs/connection-types.md`: every type of connection that is opened, with its fields. */
export async function connectionTypesPage(): Promise<string> {
  const types = await Promise.all(Object.values(typeCatalog).map((load) => load()));
  const sections = await Promise.all(types.map(section));
  return `# Connection types

<!-- Made by \`npm run generate\` from packages/connectors/src/type-catalog.ts. -->

What a project's connections can be, and the fields that each takes. Every value may be, or hold, a placeholder such as \`\${name}\`,
which is kept as written and stands for a variable of the environment that the connection is used in. Numbers and switches may come as
text. A field that is absent or null has its default. Fields that are required only together with others say so in their meaning.

**Open** builds the client that a worker holds and does not wait for the far end; clients connect on first use and again after a loss.
**Test** asks the far end whether it would work. Private addresses are refused unless \`TRIBUTARY_ALLOW_PRIVATE_NETWORK\` names them.

${sections.join('\n\n')}
`;
}
