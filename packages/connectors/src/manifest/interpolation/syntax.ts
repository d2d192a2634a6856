/** A part of a template's expressions. */
export type Expression =
  | { readonly type: 'literal'; readonly value: unknown }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'tuple'; readonly items: readonly Expression[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly type: 'item'; readonly of: Expression; readonly key: Expression }
  | { readonly type: 'slice'; readonly of: Expression; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly type: 'call'; readonly callee: Expression; readonly args: CallArguments }
  | { readonly type: 'filter'; readonly of: Expression; readonly name: string; readonly args: CallArguments }
  | { readonly type: 'test'; readonly of: Expression; readonly name: string; readonly args: CallArguments }
  | { readonly type: 'unary'; readonly operator: UnaryOperator; readonly of: Expression }
  | {
      readonly type: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly type: 'compare'; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly type: 'concat'; readonly parts: readonly Expression[] }
  | { readonly type: 'and'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not'; readonly of: Expression }
  | {
      readonly type: 'choice';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression | undefined;
    };

export type UnaryOperator = '+' | '-';
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export interface Comparison {
  readonly operator: ComparisonOperator;
  readonly right: Expression;
}

export interface CallArguments {
  readonly positional: readonly Argument[];
  readonly keywords: readonly (readonly [string, Expression])[];
  /** `**mapping` */
  readonly spreadKeywords: Expression | undefined;
}

export interface Argument {
  readonly value: Expression;
  /** `*list` */
  readonly spread: boolean;
}

/** What an assignment gives a value to: a name, several by unpacking, or an attribute of a `namespace`. */
export type Target =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'names'; readonly names: readonly string[] }
  | { readonly type: 'attribute'; readonly object: string; readonly name: string };

/** A part of a template. */
export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly value: Expression }
  | { readonly type: 'if'; readonly branches: readonly Branch[] }
  | { readonly type: 'for'; readonly loop: ForLoop }
  | { readonly type: 'set'; readonly target: Target; readonly value: Expression }
  | {
      readonly type: 'setBlock';
      readonly target: Target;
      readonly filters: FilterChain;
      readonly body: readonly Node[];
    }
  | { readonly type: 'filterBlock'; readonly filters: FilterChain; readonly body: readonly Node[] }
  | {
      readonly type: 'with';
      readonly values: readonly (readonly [string, Expression])[];
      readonly body: readonly Node[];
    };

export interface Branch {
  /** Absent for `else`. */
  readonly condition: Expression | undefined;
  readonly body: readonly Node[];
}

export interface ForLoop {
  readonly target: Target;
  readonly of: Expression;
  readonly condition: Expression | undefined;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

export type FilterChain = readonly { readonly name: string; readonly args: CallArguments }[];
