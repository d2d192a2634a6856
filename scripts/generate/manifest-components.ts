import type { ComponentDeclaration, FieldDeclaration } from '@tributary/connectors/manifest/load/declaration';
import { tagOf } from '@tributary/connectors/manifest/load/declaration-tag';
import { FAMILIES } from '@tributary/connectors/manifest/load/declarations';

/** Every component of the manifest language, by family, with its fields. */
export const manifestComponents = (): string => Object.entries(FAMILIES).map(section).join('\n\n');

const section = ([family, components]: readonly [string, readonly ComponentDeclaration[]]): string =>
  [
    `### ${family.charAt(0).toUpperCase()}${family.slice(1)}`,
    '',
    '| Component | What it is | Fields |',
    '| --- | --- | --- |',
    ...components.map(row),
  ].join('\n');

function row(component: ComponentDeclaration): string {
  const { name, about, deprecated, fields } = component;
  const tag = tagOf(component);
  const title = tag === name ? `\`${name}\`` : `\`${name}\` (written \`${tag}\`)`;
  const instead = deprecated === undefined ? '' : ` Old; use \`${deprecated}\`.`;
  const listed = Object.entries(fields)
    .filter(([, field]) => field.deprecated === undefined)
    .map(([field, declaration]) => fieldWords(field, declaration));
  return `| ${title} | ${about}${instead} | ${listed.join(', ')} |`;
}

const fieldWords = (name: string, { required }: FieldDeclaration): string =>
  required ? `**\`${name}\`**` : `\`${name}\``;
