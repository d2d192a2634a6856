import type { ValueDeclaration } from '../declaration.ts';

export const SCHEMAS: ValueDeclaration = {
  name: 'Schemas',
  about: 'Schemas of streams by name, for references.',
  shapes: ['object'],
};
