import type { ValueDeclaration } from '../declaration.ts';

export const VALUE_TYPE: ValueDeclaration = {
  name: 'ValueType',
  about: 'The type that a rendered value must have.',
  shapes: [{ oneOf: ['string', 'number', 'integer', 'boolean'] }],
};
