import type { Json } from '../../kit/json.ts';

/** One form that a value may have. A value is good when it has any of those that its field names. */
export type Shape =
  /** Of JSON; what lies within objects and lists is anybody's. */
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'object'
  | 'list'
  | 'null'
  | { readonly oneOf: readonly string[] }
  /** Components, by the names of their declarations. */
  | { readonly component: readonly string[] }
  | { readonly listOf: readonly Shape[] }
  /** An object with names of the author's choice. */
  | { readonly mapOf: readonly Shape[] }
  /** An object with known fields that is no component. */
  | { readonly object: Fields };

/** A field of a component, as the published schema of the manifest language has it. */
export interface FieldDeclaration {
  readonly shapes: readonly Shape[];
  readonly required?: true;
  /** What stands for the field when it is absent; loading does not fill it in. */
  readonly default?: Json;
  readonly minimum?: number;
  readonly minItems?: number;
  /** An old spelling, and the field to write instead. */
  readonly deprecated?: string;
  /** The component that an object without `type` is taken for. */
  readonly defaultType?: string;
  /** The component that an object with `class_name` and without `type` is taken for. */
  readonly customType?: string;
  /** The variables that templates see here, beside `parameters`; absent where no templates are evaluated. */
  readonly context?: readonly string[];
}

export type Fields = Readonly<Record<string, FieldDeclaration>>;

/** A component of the manifest language. */
export interface ComponentDeclaration {
  readonly name: string;
  /** What stands in `type`, when that is not the name. */
  readonly tag?: string;
  /** One sentence for the documentation. */
  readonly about: string;
  /** `type` may be left out, because only this component stands where it stands. */
  readonly typeOptional?: true;
  /** The component to use instead. */
  readonly deprecated?: string;
  readonly fields: Fields;
}

/** A definition of the manifest language that is a plain value. */
export interface ValueDeclaration {
  readonly name: string;
  readonly about: string;
  readonly shapes: readonly Shape[];
}
