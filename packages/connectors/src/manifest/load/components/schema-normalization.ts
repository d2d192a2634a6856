import type { ValueDeclaration } from '../declaration.ts';

export const SCHEMA_NORMALIZATION: ValueDeclaration = {
  name: 'SchemaNormalization',
  about: 'Whether values are cast to the types of the schema.',
  shapes: [{ oneOf: ['Default', 'None'] }],
};
