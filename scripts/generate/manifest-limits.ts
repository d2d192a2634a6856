import { LIMITS } from '@tributary/connectors/manifest/load/limits';

const WHAT: Readonly<Record<keyof typeof LIMITS, string>> = {
  bytes: 'bytes of the text',
  pieces: 'words, signs and gaps of YAML',
  depth: 'levels of lists and objects, as written',
  resolvedDepth: 'levels with references written out',
  aliases: 'YAML aliases',
  copied: 'fields that references and merge keys copy into other objects',
  values: 'values, with references and aliases written out',
  fields: 'components and the fields that parameters give them',
};

/** What a manifest may ask of the reader, as a table. */
export const manifestLimits = (): string =>
  [
    '| What | At most |',
    '| --- | ---: |',
    ...Object.entries(WHAT).map(
      ([name, what]) => `| ${what} | ${LIMITS[name as keyof typeof LIMITS].toLocaleString('en')} |`,
    ),
  ].join('\n');
