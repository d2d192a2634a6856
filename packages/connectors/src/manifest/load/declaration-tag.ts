import type { ComponentDeclaration } from './declaration.ts';

/** What a component is called in `type`. */
export const tagOf = (declaration: ComponentDeclaration): string => declaration.tag ?? declaration.name;
