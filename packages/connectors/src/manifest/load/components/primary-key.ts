import type { ValueDeclaration } from '../declaration.ts';

export const PRIMARY_KEY: ValueDeclaration = {
  name: 'PrimaryKey',
  about: 'A field, fields, or paths of fields that tell records apart.',
  shapes: ['string', { listOf: ['string'] }, { listOf: [{ listOf: ['string'] }] }],
};
